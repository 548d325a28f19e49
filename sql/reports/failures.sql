-- Jobs that came to no result, and why. They can be given to ingest as they are.
SELECT job_id, status, error_code, error_message, http_status, model_used, processing_time, cost_chf,
       created_at, completed_at, attempts, last_attempt_at, trace_id
FROM failures
ORDER BY job_id;
