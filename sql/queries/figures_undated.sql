-- Takes in the others: the index job_undated.
SELECT figures_add(NULL, created_at, model_used, status, cost_nano, processing_time_nano, confidence_nano)
FROM job
WHERE created_at IS NULL AND resolved_at IS NOT NULL;
