-- What became of every row of every source, in the order of ingest:
-- rows = jobs + duplicates + rejected, and jobs = the sum of its jobs by status.
WITH held AS (
  SELECT source_id,
         sum(jobs) FILTER (WHERE status = 'new') AS new,
         sum(jobs) FILTER (WHERE status = 'pending') AS pending,
         sum(jobs) FILTER (WHERE status = 'processing') AS processing,
         sum(jobs) FILTER (WHERE status = 'completed') AS completed,
         sum(jobs) FILTER (WHERE status = 'failed') AS failed,
         sum(jobs) FILTER (WHERE status = 'not_found') AS not_found,
         sum(jobs) FILTER (WHERE status = 'error') AS error,
         sum(cost_chf) AS chf,
         sum(cost_rest) AS rest
  FROM tally
  GROUP BY source_id
), unfinished AS MATERIALIZED (
  -- By the index job_unfinished: they are few, the rows of all sources many.
  SELECT id, created_at, created_nsec FROM job WHERE resolved_at IS NULL AND created_at IS NOT NULL
), waiting AS (
  -- Of fixed width, and so in the order of time.
  SELECT source_job.source_id,
         min(strftime('%Y-%m-%dT%H:%M:%S', unfinished.created_at, 'unixepoch')
             || printf('.%09d', unfinished.created_nsec)) AS oldest_open
  FROM unfinished
  CROSS JOIN source_job ON source_job.job = unfinished.id
  GROUP BY source_job.source_id
), checked AS (
  -- Beyond 9 * 10^9 CHF: abs() of the smallest integer ends the query with "integer overflow".
  SELECT *, CASE WHEN chf + rest / 1000000000 + (rest % 1000000000 > 0) > 9000000000
                 THEN abs(-9223372036854775807 - (rest >= 0))
                 ELSE coalesce(chf * 1000000000 + rest, 0) END AS total
  FROM source
  LEFT JOIN held ON held.source_id = source.id
  LEFT JOIN waiting ON waiting.source_id = source.id
)
SELECT name AS source,
       strftime('%Y-%m-%dT%H:%M:%SZ', ingested_at, 'unixepoch') AS ingested_at,
       rows,
       jobs,
       duplicates,
       rejected,
       coalesce(new, 0) AS new,
       coalesce(pending, 0) AS pending,
       coalesce(processing, 0) AS processing,
       coalesce(completed, 0) AS completed,
       coalesce(failed, 0) AS failed,
       coalesce(not_found, 0) AS not_found,
       coalesce(error, 0) AS error,
       (total / 1000000000) || printf('.%02d', total / 10000000 % 100)
       || rtrim(printf('%07d', total % 10000000), '0') AS cost_chf_total,
       rtrim(rtrim(oldest_open, '0'), '.') || 'Z' AS oldest_open_created_at
FROM checked
ORDER BY id;
