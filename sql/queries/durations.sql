-- How long the latest completed jobs took from creation to completion, in milliseconds, oldest first.
SELECT model_used, took_ms
FROM (SELECT created_at, model_used,
             (completed_at - created_at) * 1000 + (completed_nsec - created_nsec) / 1000000 AS took_ms
      FROM job
      WHERE created_at IS NOT NULL AND status = 'completed' AND completed_at >= created_at
      ORDER BY created_at DESC
      LIMIT 5000)
WHERE took_ms >= 0
ORDER BY created_at;
