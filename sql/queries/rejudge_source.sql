-- The completed jobs of a source whose ground truth comes, or goes.
INSERT INTO temp.rejudge (job)
SELECT source_job.job
FROM source_job
JOIN job ON job.id = source_job.job
WHERE source_job.source_id = ?1 AND job.status = 'completed'
ON CONFLICT DO NOTHING;
