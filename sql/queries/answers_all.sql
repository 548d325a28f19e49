-- All archived answers, job by job, oldest first.
SELECT job.job_id, job.id, answer.id, answer.http_status, answer.body, answer.repaired
FROM answer JOIN job ON job.id = answer.job
ORDER BY answer.job, answer.id;
