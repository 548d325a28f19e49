-- What is past its time: resolved jobs, the answers of them that are still there, and the bytes of these.
SELECT count(DISTINCT job.id), count(*), coalesce(sum(length(CAST(answer.body AS BLOB))), 0), min(job.resolved_at)
FROM job
JOIN answer ON answer.job = job.id
WHERE job.resolved_at < ?1 AND answer.pruned_at IS NULL;
