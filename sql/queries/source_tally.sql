-- How a source's jobs stand that has just been taken in.
SELECT job.status, count(*), coalesce(sum(job.cost_nano / 1000000000), 0), coalesce(sum(job.cost_nano % 1000000000), 0)
FROM source_job
JOIN job ON job.id = source_job.job
WHERE source_job.source_id = ?1
GROUP BY job.status;
