-- One job, by its ID.
SELECT job_id, status, model_used, processing_time, cost_chf, confidence, error_code, error_message, trace_id,
       http_status, created_at, completed_at, first_seen_at, resolved_at, polls, attempts, last_attempt_at,
       failing_since
FROM jobs
WHERE job = (SELECT id FROM job WHERE job_id = ?1);
