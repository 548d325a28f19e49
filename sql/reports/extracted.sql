-- Completed jobs, with the whole answer that holds their extracted data; but for those that are pruned. The program shows
-- the last column as one column for each scalar path in extracted_data; the view extracted has a row for each.
SELECT jobs.job_id, jobs.created_at, jobs.model_used, jobs.confidence, documents.document
FROM jobs
JOIN documents ON documents.job = jobs.job
WHERE jobs.status = 'completed'
ORDER BY jobs.job_id;
