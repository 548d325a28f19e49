SELECT id, started_at, last_answer,
       ended_at, requests, completed, failed, not_found, errors, still_open, retries, rate_limited, exit_status,
       bytes, seen, seen_at, digest
FROM run
ORDER BY id;
