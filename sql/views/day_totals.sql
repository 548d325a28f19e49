-- The same as model_totals by day of the jobs' creation (unknown first), too.
WITH totals AS (
  SELECT label, day, model,
         count(*) AS jobs,
         count(*) FILTER (WHERE status = 'completed') AS completed,
         count(*) FILTER (WHERE status = 'failed') AS failed,
         sum(cost) AS cost,
         count(time) AS times, sum(time / 1000000000) AS seconds, sum(time % 1000000000) AS rests
  FROM finished
  GROUP BY label, day, model
), ranked AS (
  SELECT label, day, model, time, row_number() OVER (PARTITION BY label, day, model ORDER BY time) AS place
  FROM finished
  WHERE time IS NOT NULL
), percentiles AS (
  -- Nearest rank: the place is the share of all, rounded up.
  SELECT label, day, model, max(CASE WHEN place = (95 * times + 99) / 100 THEN time END) AS time_p95
  FROM ranked
  JOIN totals USING (label, day, model)
  GROUP BY label, day, model
)
SELECT label, day, model, jobs, completed, failed, cost, times, seconds, rests, time_p95
FROM totals
LEFT JOIN percentiles USING (label, day, model);
