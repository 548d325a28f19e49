-- What became of every row of every source, in the order of ingest:
-- rows = jobs + duplicates + rejected, and jobs = the sum of its jobs by status.
WITH held AS (
  SELECT source_job.source_id,
         count(*) FILTER (WHERE job.status = 'new') AS new,
         count(*) FILTER (WHERE job.status = 'pending') AS pending,
         count(*) FILTER (WHERE job.status = 'processing') AS processing,
         count(*) FILTER (WHERE job.status = 'completed') AS completed,
         count(*) FILTER (WHERE job.status = 'failed') AS failed,
         count(*) FILTER (WHERE job.status = 'not_found') AS not_found,
         count(*) FILTER (WHERE job.status = 'error') AS error,
         sum(job.cost_nano) AS cost,
         -- Of fixed width, and so in the order of time.
         min(CASE WHEN job.status IN ('new', 'pending', 'processing')
                  THEN strftime('%Y-%m-%dT%H:%M:%S', job.created_at, 'unixepoch')
                       || printf('.%09d', job.created_nsec) END) AS oldest_open
  FROM source_job
  JOIN job ON job.id = source_job.job
  GROUP BY source_job.source_id
), checked AS (
  -- Beyond 9 * 10^9 CHF: abs() of the smallest integer ends the query with "integer overflow".
  SELECT *, CASE WHEN cost > 9000000000000000000 THEN abs(-9223372036854775807 - (cost > 0))
                 ELSE coalesce(cost, 0) END AS total
  FROM source
  LEFT JOIN held ON held.source_id = source.id
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
