-- Where one job stands: its sources, and what they say of it, one row for each column (or one without).
SELECT source.id, source.name, source_job.line,
       strftime('%Y-%m-%dT%H:%M:%SZ', source.ingested_at, 'unixepoch'),
       source_column.kind, source_column.name, cell.value
FROM source_job
JOIN source ON source.id = source_job.source_id
LEFT JOIN json_each(source_job.cells) AS cell
LEFT JOIN source_column ON source_column.source_id = source.id AND source_column.position = cell.key
WHERE source_job.job = (SELECT id FROM job WHERE job_id = ?1)
ORDER BY source.id, source_column.position;
