-- Where the extracted data of completed jobs is not as the ground truth states, or missing.
SELECT jobs.job_id, verdict.field, verdict.expected, verdict.extracted, jobs.model_used, jobs.confidence
FROM verdict
JOIN jobs ON jobs.job = verdict.job
WHERE verdict.outcome <> 'matched' AND jobs.status = 'completed'
ORDER BY jobs.job_id, verdict.field;
