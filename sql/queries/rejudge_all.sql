INSERT INTO temp.rejudge (job)
SELECT source_job.job
FROM source_column JOIN source_job ON source_job.source_id = source_column.source_id
WHERE source_column.kind = 'expected'
ON CONFLICT DO NOTHING;
