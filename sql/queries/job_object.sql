-- The job object came: its fields are the job's.
UPDATE job
SET status = ?2, ever_resolved = ?3,
    model_used = ?4, processing_time_nano = ?5, processing_time_spelling = ?6, cost_nano = ?7,
    confidence_nano = ?8, confidence_spelling = ?9,
    created_at = ?10, created_nsec = ?11, completed_at = ?12, completed_nsec = ?13,
    error_code = ?14, error_message = ?15, trace_id = ?16, http_status = ?17,
    resolved_at = CASE WHEN NOT ?18 THEN NULL WHEN status = ?2 THEN coalesce(resolved_at, ?23) ELSE ?23 END,
    last_attempt_at = ?19, failing_since = NULL, polls = polls + ?20, attempts = 0, last_run = ?21,
    last_answer_id = ?22, object_answer_id = ?22
WHERE id = ?1;
