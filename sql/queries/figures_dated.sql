-- Takes in the jobs of which it is known when they were created: the index job_created has all that is asked for.
SELECT figures_add(NULL, created_at, model_used, status, cost_nano, processing_time_nano, confidence_nano)
FROM job
WHERE created_at IS NOT NULL;
