-- The archive as a person reads it: every distinct answer, byte for byte, in the order in which they came.
SELECT job.job_id,
       strftime('%Y-%m-%dT%H:%M:%SZ', answer.received_at, 'unixepoch') AS received_at,
       answer.http_status,
       answer.request_id,
       answer.server_ms,
       answer.times_seen,
       strftime('%Y-%m-%dT%H:%M:%SZ', answer.last_seen_at, 'unixepoch') AS last_seen_at,
       lower(hex(answer.sha256)) AS sha256,
       answer.body
FROM answer
JOIN job ON job.id = answer.job
ORDER BY answer.id;
