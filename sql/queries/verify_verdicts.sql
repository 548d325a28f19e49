-- Verdicts that can't be there: of jobs without extracted data, or with data that is pruned.
SELECT DISTINCT 'job ' || job.job_id,
       CASE WHEN job.status <> 'completed' OR answer.id IS NULL
            THEN 'it has verdicts, but no extracted data that they could be on'
            ELSE 'its verdicts hold extracted data that is said to be pruned' END
FROM verdict
JOIN job ON job.id = verdict.job
LEFT JOIN answer ON answer.id = job.object_answer_id
WHERE job.status <> 'completed' OR answer.id IS NULL OR (answer.pruned_at IS NOT NULL AND verdict.extracted IS NOT NULL)
ORDER BY job.id;
