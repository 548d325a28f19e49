-- The cells of every job, from its latest source to its first.
SELECT job.job_id, source_job.source_id, source_job.cells
FROM job
CROSS JOIN source_job ON source_job.job = job.id
WHERE source_job.cells IS NOT NULL
ORDER BY job.job_id, source_job.source_id DESC;
