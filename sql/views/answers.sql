-- The archive as a person reads it: every distinct answer, byte for byte, in the order in which they came. A pruned one
-- has no body any more.
SELECT job.job_id,
       strftime('%Y-%m-%dT%H:%M:%SZ', answer.received_at, 'unixepoch') AS received_at,
       answer.http_status,
       answer.request_id,
       answer.server_ms,
       answer.times_seen,
       strftime('%Y-%m-%dT%H:%M:%SZ', answer.last_seen_at, 'unixepoch') AS last_seen_at,
       lower(hex(answer.sha256)) AS sha256,
       CASE WHEN answer.pruned_at IS NULL THEN answer.body END AS body,
       strftime('%Y-%m-%dT%H:%M:%SZ', answer.pruned_at, 'unixepoch') AS pruned_at
FROM answer
JOIN job ON job.id = answer.job
ORDER BY answer.id;
