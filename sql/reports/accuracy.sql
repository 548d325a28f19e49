-- How often the extracted data of completed jobs was as the ground truth states, by field and model.
WITH totals AS (
  SELECT verdict.field,
         coalesce(job.model_used, '(none)') AS model,
         count(*) AS compared,
         count(*) FILTER (WHERE outcome = 'matched') AS matched,
         count(*) FILTER (WHERE outcome = 'mismatched') AS mismatched,
         count(*) FILTER (WHERE outcome = 'missing') AS missing
  FROM verdict
  JOIN job ON job.id = verdict.job
  WHERE job.status = 'completed'
  GROUP BY verdict.field, model
), rounded AS (
  -- Half to even.
  SELECT *,
         matched * 10000 / compared + (matched * 10000 % compared * 2 > compared
           OR (matched * 10000 % compared * 2 = compared AND matched * 10000 / compared % 2)) AS accuracy_4
  FROM totals
)
SELECT field,
       model AS model_used,
       compared,
       matched,
       mismatched,
       missing,
       (accuracy_4 / 10000) || printf('.%04d', accuracy_4 % 10000) AS accuracy
FROM rounded
ORDER BY field, model;
