-- Sources whose rows are not all accounted for.
WITH held AS (SELECT source_id, count(*) AS jobs FROM source_job GROUP BY source_id),
     refused AS (SELECT source_id, count(*) AS rejected FROM reject GROUP BY source_id)
SELECT source.name, source.rows, source.jobs, source.duplicates, source.rejected,
       coalesce(held.jobs, 0), coalesce(refused.rejected, 0)
FROM source
LEFT JOIN held ON held.source_id = source.id
LEFT JOIN refused ON refused.source_id = source.id
WHERE source.rows <> source.jobs + source.duplicates + source.rejected
   OR source.jobs <> coalesce(held.jobs, 0)
   OR source.rejected <> coalesce(refused.rejected, 0)
ORDER BY source.id;
