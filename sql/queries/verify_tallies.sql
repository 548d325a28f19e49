-- Tallies that are not the sums of what they count; source 0 is the whole ledger.
WITH counted AS (
  SELECT 0 AS source_id, status, count(*) AS jobs, coalesce(sum(cost_nano / 1000000000), 0) AS chf,
         coalesce(sum(cost_nano % 1000000000), 0) AS rest
  FROM job GROUP BY status
  UNION ALL
  SELECT source_job.source_id, job.status, count(*), coalesce(sum(job.cost_nano / 1000000000), 0),
         coalesce(sum(job.cost_nano % 1000000000), 0)
  FROM source_job JOIN job ON job.id = source_job.job
  GROUP BY source_job.source_id, job.status
), kept AS (
  SELECT source_id, status, jobs, cost_chf + cost_rest / 1000000000 AS chf, cost_rest % 1000000000 AS rest
  FROM tally
  WHERE jobs > 0 OR cost_chf <> 0 OR cost_rest <> 0
), spelled AS (
  SELECT source_id, status, jobs, chf + rest / 1000000000 AS chf, rest % 1000000000 AS rest FROM counted
)
SELECT DISTINCT coalesce('source ' || source.name, 'the ledger'),
       'the counts or costs of its jobs that are ' || different.status || ' don''t add up'
FROM (SELECT * FROM (SELECT * FROM kept EXCEPT SELECT * FROM spelled)
      UNION ALL
      SELECT * FROM (SELECT * FROM spelled EXCEPT SELECT * FROM kept)) AS different
LEFT JOIN source ON source.id = different.source_id
ORDER BY different.source_id, different.status;
