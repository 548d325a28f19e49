-- The answer that holds a completed job's extracted data, mended where other JSON readers would read it differently, as
-- long as it is not pruned.
SELECT job.job_id, job.id AS job, coalesce(answer.repaired, answer.body) AS document
FROM job
JOIN answer ON answer.id = job.object_answer_id
WHERE job.status = 'completed' AND answer.pruned_at IS NULL;
