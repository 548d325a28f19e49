-- The open job that has waited longest.
SELECT jobs.job_id, jobs.created_at
FROM job JOIN jobs ON jobs.job = job.id
WHERE job.status IN ('new', 'pending', 'processing')
ORDER BY coalesce(job.created_at, job.first_seen_at), coalesce(job.created_nsec, 0), job.job_id
LIMIT 1;
