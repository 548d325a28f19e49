-- Completed jobs, with the whole answer that holds their extracted data. The program shows the last column as one
-- column for each scalar path in extracted_data.
SELECT job.job_id,
       strftime('%Y-%m-%dT%H:%M:%S', job.created_at, 'unixepoch')
       || CASE WHEN job.created_nsec > 0 THEN '.' || rtrim(printf('%09d', job.created_nsec), '0') ELSE '' END
       || 'Z' AS created_at,
       job.model_used,
       coalesce(job.confidence_spelling,
                (job.confidence_nano / 1000000000)
                || rtrim(rtrim(printf('.%09d', job.confidence_nano % 1000000000), '0'), '.')) AS confidence,
       coalesce(answer.repaired, answer.body) AS document
FROM job
LEFT JOIN answer ON answer.id = job.object_answer_id
WHERE job.status = 'completed'
ORDER BY job.job_id;
