-- Where the answers that are said to be pruned are not those that prune has told of.
WITH both AS (
  SELECT started_at AS at, answers AS told, bytes AS told_bytes, 0 AS said, 0 AS said_bytes FROM prune
  UNION ALL
  SELECT pruned_at, 0, 0, answers, bytes FROM temp.verify_prune
), sums AS (
  SELECT at, sum(told) AS told, sum(told_bytes) AS told_bytes, sum(said) AS said, sum(said_bytes) AS said_bytes
  FROM both GROUP BY at
)
SELECT 'what was pruned at ' || coalesce(strftime('%Y-%m-%dT%H:%M:%SZ', at, 'unixepoch'), at),
       said || ' answers of ' || said_bytes || ' bytes say so, not the ' || told || ' of ' || told_bytes
       || ' that prune has told of'
FROM sums
WHERE told <> said OR told_bytes <> said_bytes
ORDER BY at;
