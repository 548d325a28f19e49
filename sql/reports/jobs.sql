-- Every job, with what its last job object said. The program adds the labels, one column for each.
SELECT job_id, status, model_used, processing_time, cost_chf, confidence, error_code, error_message, http_status,
       created_at, completed_at, first_seen_at, resolved_at, polls
FROM jobs
ORDER BY job_id;
