-- The view day_totals as people read it. All figures are integers of 10^-9 until the end, and rounded once, half to even.
WITH quotients AS (
  SELECT *,
         -- Beyond 9 * 10^9 CHF: abs() of the smallest integer ends the query with "integer overflow".
         CASE WHEN cost > 9000000000000000000 THEN abs(-9223372036854775807 - (cost > 0))
              ELSE coalesce(cost, 0) END AS cost_total,
         seconds / times * 1000000000 + (seconds % times * 1000000000 + rests) / times AS time_mean,
         (seconds % times * 1000000000 + rests) % times AS time_rest
  FROM day_totals
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
