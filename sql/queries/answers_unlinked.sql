-- The archive from its first answer on, for links that are not there yet.
SELECT answer.id, job.job_id, answer.run, answer.received_at, answer.http_status, answer.request_id, answer.server_ms,
       answer.sha256
FROM answer JOIN job ON job.id = answer.job
ORDER BY answer.id;
