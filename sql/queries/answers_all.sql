-- All archived answers, job by job, oldest first; but for jobs of which some are pruned.
SELECT job.job_id, job.id, answer.id, answer.http_status, answer.body, answer.repaired, answer.received_at
FROM answer JOIN job ON job.id = answer.job
WHERE answer.job NOT IN (SELECT job FROM answer WHERE pruned_at IS NOT NULL)
ORDER BY answer.job, answer.id;
