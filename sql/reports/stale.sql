-- Open jobs that are older than others took to be completed, by their creation, or where that is unknown by when they were
-- first seen here; the oldest first.
WITH open AS (
  SELECT id,
         -- In 10^-9 s; an age beyond 285 years counts as that.
         min((SELECT now FROM option) - coalesce(created_at, first_seen_at), 9000000000) * 1000000000
         - coalesce(created_nsec, 0) AS age_nano
  FROM job
  WHERE resolved_at IS NULL
)
SELECT jobs.job_id, jobs.status, jobs.model_used, jobs.created_at, jobs.first_seen_at, jobs.last_attempt_at, jobs.polls,
       open.age_nano / 1000000000 AS age
FROM open
JOIN jobs ON jobs.job = open.id
WHERE age_nano > coalesce((SELECT stale_after_nano FROM option), (SELECT nano FROM stale_limit))
ORDER BY age_nano DESC, jobs.job_id;
