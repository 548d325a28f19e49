-- Each fetch, oldest first. One without an end was killed.
SELECT id AS run_id,
       strftime('%Y-%m-%dT%H:%M:%SZ', started_at, 'unixepoch') AS started_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', ended_at, 'unixepoch') AS ended_at,
       requests,
       completed + failed + not_found + errors AS resolved,
       completed,
       failed,
       not_found,
       errors,
       still_open,
       retries,
       rate_limited,
       exit_status
FROM run
ORDER BY id;
