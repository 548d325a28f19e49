-- Runs that were killed, or are from before there were digests, oldest first, with the newest answer at their end, in the
-- columns of verify_runs.
SELECT id, started_at,
       coalesce((SELECT max(answer.id) FROM answer WHERE answer.run <= run.id), 0),
       ended_at, requests, completed, failed, not_found, errors, still_open, retries, rate_limited, exit_status,
       bytes, seen, seen_at
FROM run
WHERE digest IS NULL
ORDER BY id;
