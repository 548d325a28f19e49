-- How long the completed jobs that were created last took until then, in milliseconds, oldest first. Only so many of the
-- latest jobs are looked at, by the index alone, since those that are still open may be any number.
SELECT job.model_used,
       (job.completed_at - job.created_at) * 1000 + (job.completed_nsec - job.created_nsec) / 1000000 AS took_ms
FROM (SELECT id, created_at
      FROM (SELECT id, created_at, status FROM job WHERE created_at IS NOT NULL ORDER BY created_at DESC LIMIT 50000)
      WHERE status = 'completed'
      ORDER BY created_at DESC, id DESC
      LIMIT 5000) AS latest
JOIN job ON job.id = latest.id
WHERE job.completed_at >= job.created_at AND took_ms >= 0
ORDER BY latest.created_at, latest.id;
