-- Runs that were killed, or are from before there were digests, oldest first, with the newest answer at their end.
SELECT run.id, run.started_at,
       coalesce((SELECT max(answer.id) FROM answer WHERE answer.run <= run.id), 0)
FROM run
WHERE run.digest IS NULL
ORDER BY run.id;
