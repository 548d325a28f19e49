-- The open job that has waited longest, by its creation, or where that is unknown by when it was first seen here. The
-- candidates are the first of those never asked, whose numbers go with the time, the first of those that were answered, and
-- those that were asked in vain.
WITH candidate AS (
  SELECT * FROM (SELECT id FROM job WHERE resolved_at IS NULL AND last_run = 0 ORDER BY id LIMIT 1)
  UNION ALL
  SELECT id
  FROM job
  WHERE resolved_at IS NULL
    AND created_at = (SELECT min(created_at) FROM job WHERE resolved_at IS NULL AND created_at IS NOT NULL)
  UNION ALL
  SELECT id FROM job WHERE resolved_at IS NULL AND last_run > 0 AND created_at IS NULL
)
SELECT jobs.job_id, jobs.created_at, coalesce(job.created_at, job.first_seen_at) AS since
FROM candidate
JOIN job ON job.id = candidate.id
JOIN jobs ON jobs.job = job.id
ORDER BY coalesce(job.created_at, job.first_seen_at), coalesce(job.created_nsec, 0), job.job_id
LIMIT 1;
