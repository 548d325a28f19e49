-- The next open jobs that run ?3 has not asked for, behind (?1, ?2) in the order of asking.
SELECT last_run, id, job_id
FROM job
WHERE resolved_at IS NULL AND (last_run, id) > (?1, ?2) AND last_run < ?3
ORDER BY last_run, id
LIMIT 256;
