-- Jobs with changes, and those with anomalies that no answer gave them, are looked at whatever else.
INSERT INTO temp.verify_job (job)
SELECT DISTINCT job FROM change
UNION
SELECT DISTINCT anomaly.job FROM anomaly JOIN job ON job.id = anomaly.job WHERE job.object_answer_id IS NULL
EXCEPT
SELECT job FROM temp.verify_job;
