-- The view model_totals as people read it: integers of 10^-9 until the end. A mean is rounded once, half to even, from the
-- whole part and the remainder of its exact quotient.
WITH quotients AS (
  SELECT *,
         -- Beyond 9 * 10^9 CHF: abs() of the smallest integer ends the query with "integer overflow".
         CASE WHEN cost > 9000000000000000000 THEN abs(-9223372036854775807 - (cost > 0))
              ELSE coalesce(cost, 0) END AS cost_total,
         failed * 10000 / jobs AS rate, failed * 10000 % jobs AS rate_rest,
         cost / costs AS cost_mean, cost % costs AS cost_rest,
         seconds / times * 1000000000 + (seconds % times * 1000000000 + rests) / times AS time_mean,
         (seconds % times * 1000000000 + rests) % times AS time_rest,
         confidence / confidences AS confidence_mean, confidence % confidences AS confidence_rest
  FROM model_totals
), rounded AS (
  -- Up where the rest is more than half a unit, or half a unit and the figure is odd.
  SELECT *,
         rate + (rate_rest * 2 > jobs OR (rate_rest * 2 = jobs AND rate % 2)) AS rate_4,
         cost_mean / 1000 + (cost_mean % 1000 > 500
           OR (cost_mean % 1000 = 500 AND (cost_rest OR cost_mean / 1000 % 2))) AS cost_6,
         time_mean / 1000000 + (time_mean % 1000000 > 500000
           OR (time_mean % 1000000 = 500000 AND (time_rest OR time_mean / 1000000 % 2))) AS mean_3,
         time_p50 / 1000000 + (time_p50 % 1000000 > 500000
           OR (time_p50 % 1000000 = 500000 AND time_p50 / 1000000 % 2)) AS p50_3,
         time_p95 / 1000000 + (time_p95 % 1000000 > 500000
           OR (time_p95 % 1000000 = 500000 AND time_p95 / 1000000 % 2)) AS p95_3,
         time_max / 1000000 + (time_max % 1000000 > 500000
           OR (time_max % 1000000 = 500000 AND time_max / 1000000 % 2)) AS max_3,
         confidence_mean / 100000 + (confidence_mean % 100000 > 50000
           OR (confidence_mean % 100000 = 50000 AND (confidence_rest OR confidence_mean / 100000 % 2))) AS confidence_4,
         confidence_min / 100000 + (confidence_min % 100000 > 50000
           OR (confidence_min % 100000 = 50000 AND confidence_min / 100000 % 2)) AS min_4
  FROM quotients
)
SELECT label,
       model AS model_used,
       jobs,
       completed,
       failed,
       (rate_4 / 10000) || printf('.%04d', rate_4 % 10000) AS failure_rate,
       (cost_total / 1000000000) || printf('.%02d', cost_total / 10000000 % 100)
       || rtrim(printf('%07d', cost_total % 10000000), '0') AS cost_chf_total,
       (cost_6 / 1000000) || printf('.%02d', cost_6 / 10000 % 100)
       || rtrim(printf('%04d', cost_6 % 10000), '0') AS cost_chf_mean,
       (mean_3 / 1000) || printf('.%03d', mean_3 % 1000) AS processing_time_mean,
       (p50_3 / 1000) || printf('.%03d', p50_3 % 1000) AS processing_time_p50,
       (p95_3 / 1000) || printf('.%03d', p95_3 % 1000) AS processing_time_p95,
       (max_3 / 1000) || printf('.%03d', max_3 % 1000) AS processing_time_max,
       (confidence_4 / 10000) || printf('.%04d', confidence_4 % 10000) AS confidence_mean,
       (min_4 / 10000) || printf('.%04d', min_4 % 10000) AS confidence_min
FROM rounded
ORDER BY label, model;
