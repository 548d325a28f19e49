-- The archived answers of a job, oldest first.
SELECT job.job_id, answer.id, answer.http_status, answer.body, answer.received_at, answer.pruned_at, job.ever_resolved
FROM job JOIN answer ON answer.job = job.id
WHERE job.id = ?1
ORDER BY answer.id;
