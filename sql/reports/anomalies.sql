-- Oddities in the answers that did not make them useless, one for a job and field.
SELECT job.job_id, anomaly.field, anomaly.problem, anomaly.value
FROM anomaly
JOIN job ON job.id = anomaly.job
ORDER BY job.job_id, anomaly.field;
