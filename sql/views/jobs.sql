-- The jobs as a person reads them: decimals and times as text. The first columns are those of the report.
SELECT job_id,
       status,
       model_used,
       coalesce(processing_time_spelling,
                (processing_time_nano / 1000000000)
                || rtrim(rtrim(printf('.%09d', processing_time_nano % 1000000000), '0'), '.')) AS processing_time,
       (cost_nano / 1000000000) || printf('.%02d', cost_nano / 10000000 % 100)
       || rtrim(printf('%07d', cost_nano % 10000000), '0') AS cost_chf,
       coalesce(confidence_spelling,
                (confidence_nano / 1000000000)
                || rtrim(rtrim(printf('.%09d', confidence_nano % 1000000000), '0'), '.')) AS confidence,
       error_code,
       error_message,
       http_status,
       strftime('%Y-%m-%dT%H:%M:%S', created_at, 'unixepoch')
       || CASE WHEN created_nsec > 0 THEN '.' || rtrim(printf('%09d', created_nsec), '0') ELSE '' END
       || 'Z' AS created_at,
       strftime('%Y-%m-%dT%H:%M:%S', completed_at, 'unixepoch')
       || CASE WHEN completed_nsec > 0 THEN '.' || rtrim(printf('%09d', completed_nsec), '0') ELSE '' END
       || 'Z' AS completed_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', first_seen_at, 'unixepoch') AS first_seen_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', resolved_at, 'unixepoch') AS resolved_at,
       polls,
       cost_nano AS cost_nano_chf,
       attempts,
       strftime('%Y-%m-%dT%H:%M:%SZ', last_attempt_at, 'unixepoch') AS last_attempt_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', failing_since, 'unixepoch') AS failing_since,
       trace_id,
       id AS job
FROM job;
