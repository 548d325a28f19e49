-- The same jobs by day of their creation (unknown first) and model. The view day_figures shows how each figure comes
-- about.
SELECT date, model_used, jobs, completed, failed, cost_chf_total, processing_time_mean, processing_time_p95
FROM day_figures
ORDER BY date, model_used;
