-- Every job, with what its last job object said. The program adds the labels, one column for each.
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
       polls
FROM job
ORDER BY job_id;
