-- The jobs completed or failed by label (which --by asks for), day of their creation (unknown first) and model. All figures
-- are integers of 10^-9 until the end, and rounded once, half to even. The seconds are added up as whole ones and
-- rests, so that no sum can overflow.
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
), quotients AS (
  SELECT *,
         -- Beyond 9 * 10^9 CHF: abs() of the smallest integer ends the query with "integer overflow".
         CASE WHEN cost > 9000000000000000000 THEN abs(-9223372036854775807 - (cost > 0))
              ELSE coalesce(cost, 0) END AS cost_total,
         seconds / times * 1000000000 + (seconds % times * 1000000000 + rests) / times AS time_mean,
         (seconds % times * 1000000000 + rests) % times AS time_rest
  FROM totals
  LEFT JOIN percentiles USING (label, day, model)
), rounded AS (
  -- Up where the rest is more than half a unit, or half a unit and the figure is odd.
  SELECT *,
         time_mean / 1000000 + (time_mean % 1000000 > 500000
           OR (time_mean % 1000000 = 500000 AND (time_rest OR time_mean / 1000000 % 2))) AS mean_3,
         time_p95 / 1000000 + (time_p95 % 1000000 > 500000
           OR (time_p95 % 1000000 = 500000 AND time_p95 / 1000000 % 2)) AS p95_3
  FROM quotients
)
SELECT label,
       nullif(day, '') AS date,
       model AS model_used,
       jobs,
       completed,
       failed,
       (cost_total / 1000000000) || printf('.%02d', cost_total / 10000000 % 100)
       || rtrim(printf('%07d', cost_total % 10000000), '0') AS cost_chf_total,
       (mean_3 / 1000) || printf('.%03d', mean_3 % 1000) AS processing_time_mean,
       (p95_3 / 1000) || printf('.%03d', p95_3 % 1000) AS processing_time_p95
FROM rounded
ORDER BY label, day, model;
