-- Completed jobs that a person should look at, the least certain first. The program adds the labels, one column for each.
SELECT job_id, confidence, model_used, created_at
FROM review;
