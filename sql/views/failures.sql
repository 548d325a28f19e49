-- The jobs of the view failing as a person reads them.
SELECT job_id, status, error_code, error_message, http_status, model_used, processing_time, cost_chf,
       created_at, completed_at, attempts, last_attempt_at, trace_id, cost_nano_chf
FROM jobs
WHERE job IN (SELECT id FROM failing)
ORDER BY job_id;
