-- What the ledger knows of a job before an answer changes it.
SELECT job.status, job.ever_resolved, job.last_run, job.error_code IS NOT NULL AND job.attempts > 0,
       job.last_answer_id, answer.http_status, answer.sha256, job.cost_nano, job.job_id,
       job.created_at, job.created_nsec, job.completed_at, job.completed_nsec,
       answer.last_seen_at
FROM job LEFT JOIN answer ON answer.id = job.last_answer_id
WHERE job.id = ?1;
