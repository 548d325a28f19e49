-- One job in the columns of verify_answers from its ID on.
SELECT job_id, status, ever_resolved, error_code IS NOT NULL AND attempts > 0, last_answer_id, object_answer_id, resolved_at,
       model_used, processing_time_nano, processing_time_spelling, cost_nano, confidence_nano, confidence_spelling,
       created_at, created_nsec, completed_at, completed_nsec, error_code, error_message, trace_id, http_status
FROM job
WHERE id = ?1;
