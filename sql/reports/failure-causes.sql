-- The jobs of the report failures by cause, the most frequent first.
WITH causes AS (
  SELECT status, error_code, error_message,
         count(*) AS jobs,
         sum(cost_nano) AS cost,
         -- Of fixed width, and so in the order of time.
         min(strftime('%Y-%m-%dT%H:%M:%S', created_at, 'unixepoch') || printf('.%09d', created_nsec)) AS first_created,
         max(strftime('%Y-%m-%dT%H:%M:%S', created_at, 'unixepoch') || printf('.%09d', created_nsec)) AS last_created,
         min(job_id) AS example_job_id
  FROM failing
  GROUP BY status, error_code, error_message
), checked AS (
  -- Beyond 9 * 10^9 CHF: abs() of the smallest integer ends the query with "integer overflow".
  SELECT *, CASE WHEN cost > 9000000000000000000 THEN abs(-9223372036854775807 - (cost > 0))
                 ELSE coalesce(cost, 0) END AS total
  FROM causes
)
SELECT status,
       error_code,
       error_message,
       jobs,
       (total / 1000000000) || printf('.%02d', total / 10000000 % 100)
       || rtrim(printf('%07d', total % 10000000), '0') AS cost_chf_total,
       rtrim(rtrim(first_created, '0'), '.') || 'Z' AS first_created_at,
       rtrim(rtrim(last_created, '0'), '.') || 'Z' AS last_created_at,
       example_job_id
FROM checked
ORDER BY jobs DESC, status, error_code, error_message;
