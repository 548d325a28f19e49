-- Jobs that came to no result: failed, unknown to the API, refused by it; and open ones whose last attempt failed.
SELECT job_id, status, error_code, error_message, http_status, model_used, processing_time, cost_chf,
       created_at, completed_at, attempts, last_attempt_at, trace_id
FROM jobs
WHERE status IN ('failed', 'not_found', 'error')
   OR (status IN ('new', 'pending', 'processing') AND error_code IS NOT NULL)
ORDER BY job_id;
