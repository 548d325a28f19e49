-- The figures of the jobs completed or failed, by label (which --by asks for) and model, as integers of 10^-9. The seconds
-- are added up as whole ones and rests, so that no sum can overflow.
WITH totals AS (
  SELECT label, model,
         count(*) AS jobs,
         count(*) FILTER (WHERE status = 'completed') AS completed,
         count(*) FILTER (WHERE status = 'failed') AS failed,
         count(cost) AS costs, sum(cost) AS cost,
         count(time) AS times, sum(time / 1000000000) AS seconds, sum(time % 1000000000) AS rests,
         max(time) AS time_max,
         count(confidence) AS confidences, sum(confidence) AS confidence, min(confidence) AS confidence_min
  FROM finished
  GROUP BY label, model
), ranked AS (
  SELECT label, model, time, row_number() OVER (PARTITION BY label, model ORDER BY time) AS place
  FROM finished
  WHERE time IS NOT NULL
), percentiles AS (
  -- Nearest rank: the place is the share of all, rounded up.
  SELECT label, model,
         max(CASE WHEN place = (50 * times + 99) / 100 THEN time END) AS time_p50,
         max(CASE WHEN place = (95 * times + 99) / 100 THEN time END) AS time_p95
  FROM ranked
  JOIN totals USING (label, model)
  GROUP BY label, model
)
SELECT label, model, jobs, completed, failed, costs, cost, times, seconds, rests, time_p50, time_p95, time_max,
       confidences, confidence, confidence_min
FROM totals
LEFT JOIN percentiles USING (label, model);
