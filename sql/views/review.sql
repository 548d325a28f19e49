-- Completed jobs that a person should look at: of unknown confidence (first), or of one under the threshold.
SELECT jobs.job_id, jobs.confidence, jobs.model_used, jobs.created_at
FROM job
JOIN jobs ON jobs.job = job.id
WHERE job.status = 'completed'
  AND (job.confidence_nano IS NULL OR job.confidence_nano < (SELECT threshold_nano FROM option))
ORDER BY job.confidence_nano, jobs.job_id;
