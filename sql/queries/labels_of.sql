-- The cells of a job, from its latest source to its first.
SELECT source_id, cells
FROM source_job
WHERE job = (SELECT id FROM job WHERE job_id = ?1) AND cells IS NOT NULL
ORDER BY source_id DESC;
