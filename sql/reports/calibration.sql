-- Whether the model is as often right as it is sure: completed jobs in ten bins of confidence, of which the last includes
-- 1, and the share of those with ground truth whose every stated field matched.
WITH judged AS (
  SELECT job.confidence_nano AS confidence,
         min(job.confidence_nano / 100000000, 9) AS bin,
         (SELECT min(outcome = 'matched') FROM verdict WHERE verdict.job = job.id) AS matched
  FROM job
  WHERE job.status = 'completed' AND job.confidence_nano IS NOT NULL
), totals AS (
  SELECT bin,
         count(*) AS jobs,
         sum(confidence) AS confidence,
         count(matched) AS compared,
         coalesce(sum(matched), 0) AS matched
  FROM judged
  GROUP BY bin
), quotients AS (
  SELECT *, confidence / jobs AS mean, confidence % jobs AS rest FROM totals
), rounded AS (
  -- Half to even.
  SELECT *,
         mean / 100000 + (mean % 100000 > 50000
           OR (mean % 100000 = 50000 AND (rest OR mean / 100000 % 2))) AS mean_4,
         matched * 10000 / compared + (matched * 10000 % compared * 2 > compared
           OR (matched * 10000 % compared * 2 = compared AND matched * 10000 / compared % 2)) AS accuracy_4
  FROM quotients
)
SELECT '0.' || bin AS bin_low,
       CASE bin WHEN 9 THEN '1.0' ELSE '0.' || (bin + 1) END AS bin_high,
       jobs,
       (mean_4 / 10000) || printf('.%04d', mean_4 % 10000) AS confidence_mean,
       compared AS compared_jobs,
       (accuracy_4 / 10000) || printf('.%04d', accuracy_4 % 10000) AS accuracy
FROM rounded
ORDER BY bin;
