-- How long the latest completed jobs took from creation to completion, in milliseconds, oldest first.
SELECT model_used, took_ms
FROM (SELECT id, model_used,
             (completed_at - created_at) * 1000 + (completed_nsec - created_nsec) / 1000000 AS took_ms
      FROM job
      WHERE status = 'completed' AND completed_at >= created_at
      ORDER BY id DESC
      LIMIT 5000)
WHERE took_ms >= 0
ORDER BY id;
