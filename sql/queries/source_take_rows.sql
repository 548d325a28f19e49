-- Where they stand in it. Within a file the job's first row counts; further ones are duplicates.
INSERT INTO source_job (job, source_id, line, cells)
SELECT job.id, ?1, incoming.line, incoming.cells
FROM incoming
CROSS JOIN job ON job.job_id = incoming.job_id
WHERE true
ON CONFLICT DO NOTHING;
