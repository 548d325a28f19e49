SELECT label, model_used, jobs, completed, failed, failure_rate, cost_chf_total, cost_chf_mean, processing_time_mean,
       processing_time_p50, processing_time_p95, processing_time_max, confidence_mean, confidence_min
FROM model_figures
ORDER BY label, model_used;
