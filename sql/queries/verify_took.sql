-- Durations that are not counted as the completed jobs have them.
WITH counted AS (
  SELECT min(completed_at - created_at, 900000000) * 1000000000 + completed_nsec - created_nsec AS nano, count(*) AS jobs
  FROM job
  WHERE status = 'completed' AND completed_at >= created_at AND nano >= 0
  GROUP BY nano
), seconds AS (
  SELECT nano / 1000000000 AS second, sum(jobs) AS jobs FROM counted GROUP BY 1
)
SELECT 'the ledger', 'the counts of how long its completed jobs took don''t add up'
WHERE EXISTS (SELECT * FROM (SELECT nano, jobs FROM took WHERE jobs > 0 EXCEPT SELECT nano, jobs FROM counted)
              UNION ALL
              SELECT * FROM (SELECT nano, jobs FROM counted EXCEPT SELECT nano, jobs FROM took)
              UNION ALL
              SELECT * FROM (SELECT second, jobs FROM took_second WHERE jobs > 0 EXCEPT SELECT second, jobs FROM seconds)
              UNION ALL
              SELECT * FROM (SELECT second, jobs FROM seconds EXCEPT SELECT second, jobs FROM took_second));
