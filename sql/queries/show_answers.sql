-- Every answer of one job that is kept, oldest first.
SELECT 'answer', strftime('%Y-%m-%dT%H:%M:%SZ', received_at, 'unixepoch'), http_status, request_id, times_seen,
       lower(hex(sha256)), body, strftime('%Y-%m-%dT%H:%M:%SZ', pruned_at, 'unixepoch'), pruned_bytes, id
FROM answer
WHERE job = (SELECT id FROM job WHERE job_id = ?1)
UNION ALL
SELECT 'useless answer', strftime('%Y-%m-%dT%H:%M:%SZ', received_at, 'unixepoch'), http_status, request_id, 1,
       NULL, body, NULL, NULL, 0
FROM useless_answer
WHERE job = (SELECT id FROM job WHERE job_id = ?1)
ORDER BY 2, 10;
