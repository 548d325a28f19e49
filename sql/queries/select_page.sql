SELECT selected.place, job.id, job.job_id
FROM temp.selected JOIN job ON job.id = selected.job
WHERE selected.place > ?1
ORDER BY selected.place
LIMIT 256;
