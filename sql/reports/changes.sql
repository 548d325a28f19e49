-- Each field of a resolved job that a later answer changed.
SELECT job.job_id, change.field, change.old, change.new,
       strftime('%Y-%m-%dT%H:%M:%SZ', answer.received_at, 'unixepoch') AS observed_at
FROM change
JOIN job ON job.id = change.job
JOIN answer ON answer.id = change.answer
ORDER BY answer.received_at, job.job_id, change.field, change.answer;
