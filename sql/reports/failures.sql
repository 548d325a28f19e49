-- Jobs that came to no result: failed, unknown to the API, refused by it; and open ones whose last attempt failed.
SELECT job_id,
       status,
       error_code,
       error_message,
       http_status,
       model_used,
       coalesce(processing_time_spelling,
                (processing_time_nano / 1000000000)
                || rtrim(rtrim(printf('.%09d', processing_time_nano % 1000000000), '0'), '.')) AS processing_time,
       (cost_nano / 1000000000) || printf('.%02d', cost_nano / 10000000 % 100)
       || rtrim(printf('%07d', cost_nano % 10000000), '0') AS cost_chf,
       strftime('%Y-%m-%dT%H:%M:%S', created_at, 'unixepoch')
       || CASE WHEN created_nsec > 0 THEN '.' || rtrim(printf('%09d', created_nsec), '0') ELSE '' END
       || 'Z' AS created_at,
       strftime('%Y-%m-%dT%H:%M:%S', completed_at, 'unixepoch')
       || CASE WHEN completed_nsec > 0 THEN '.' || rtrim(printf('%09d', completed_nsec), '0') ELSE '' END
       || 'Z' AS completed_at,
       attempts,
       strftime('%Y-%m-%dT%H:%M:%SZ', last_attempt_at, 'unixepoch') AS last_attempt_at,
       trace_id
FROM job
WHERE status IN ('failed', 'not_found', 'error')
   OR (status IN ('new', 'pending', 'processing') AND error_code IS NOT NULL)
ORDER BY job_id;
