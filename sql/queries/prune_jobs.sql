-- The next of those jobs, behind ?2.
SELECT job.id
FROM job
WHERE job.id > ?2 AND job.resolved_at < ?1
  AND (EXISTS (SELECT 1 FROM answer WHERE answer.job = job.id AND answer.pruned_at IS NULL)
       OR EXISTS (SELECT 1 FROM useless_answer WHERE useless_answer.job = job.id))
ORDER BY job.id
LIMIT 256;
