-- Completed jobs, with the whole answer that holds their extracted data. The program shows the last column as one
-- column for each scalar path in extracted_data.
SELECT jobs.job_id, jobs.created_at, jobs.model_used, jobs.confidence,
       coalesce(answer.repaired, answer.body) AS document
FROM jobs
LEFT JOIN answer ON answer.id = jobs.object_answer_id
WHERE jobs.status = 'completed'
ORDER BY jobs.job_id;
