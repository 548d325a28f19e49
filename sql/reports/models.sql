-- What the jobs completed or failed cost, how long they took and how sure they are, by model. The view model_figures shows
-- how each figure comes about.
SELECT model_used, jobs, completed, failed, failure_rate, cost_chf_total, cost_chf_mean, processing_time_mean,
       processing_time_p50, processing_time_p95, processing_time_max, confidence_mean, confidence_min
FROM model_figures
ORDER BY model_used;
