-- Jobs with these IDs (?2, a JSON array) in these states.
INSERT INTO temp.selected (job)
SELECT DISTINCT job.id
FROM json_each(?2) AS named
JOIN job ON job.job_id = named.value
WHERE job.status IN (SELECT value FROM json_each(?1))
ORDER BY job.last_run, job.id;
