-- Takes in all jobs with the label of --by.
SELECT figures_add(grouping.label, created_at, model_used, status, cost_nano, processing_time_nano, confidence_nano)
FROM job
JOIN grouping ON grouping.job = job.id
WHERE status IN ('completed', 'failed');
