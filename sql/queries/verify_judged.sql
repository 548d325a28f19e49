-- Completed jobs with ground truth or verdicts, whose answer is still there.
SELECT job.id, job.job_id
FROM job
JOIN answer ON answer.id = job.object_answer_id
WHERE job.status = 'completed' AND answer.pruned_at IS NULL
  AND (EXISTS (SELECT 1 FROM verdict WHERE verdict.job = job.id)
       OR job.id IN (SELECT source_job.job
                     FROM source_column JOIN source_job ON source_job.source_id = source_column.source_id
                     WHERE source_column.kind = 'expected'));
