SELECT label, date, model_used, jobs, completed, failed, cost_chf_total, processing_time_mean, processing_time_p95
FROM day_figures
ORDER BY label, date, model_used;
