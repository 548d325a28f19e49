-- The answer that ground truth of a completed job is held against, and whether it is past its time.
SELECT coalesce(answer.repaired, answer.body), answer.pruned_at IS NOT NULL
FROM job
JOIN answer ON answer.id = job.object_answer_id
WHERE job.id = ?1 AND job.status = 'completed';
