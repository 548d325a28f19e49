-- The open job that has waited longest. The index has whole seconds; those of the first are compared in full.
SELECT jobs.job_id, jobs.created_at
FROM job JOIN jobs ON jobs.job = job.id
WHERE job.status IN ('new', 'pending', 'processing')
  AND coalesce(job.created_at, job.first_seen_at) = (
    SELECT min(coalesce(created_at, first_seen_at)) FROM job WHERE status IN ('new', 'pending', 'processing'))
ORDER BY coalesce(job.created_nsec, 0), job.job_id
LIMIT 1;
