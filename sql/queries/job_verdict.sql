-- The API has no such job, or refuses to speak of it. What an earlier job object said stays.
UPDATE job
SET status = ?2, error_code = ?3, error_message = ?4, trace_id = ?5, http_status = ?6,
    resolved_at = CASE WHEN status = ?2 THEN coalesce(resolved_at, ?11) ELSE ?11 END,
    last_attempt_at = ?7, failing_since = NULL, polls = polls + ?8, attempts = 0, last_run = ?9,
    last_answer_id = ?10
WHERE id = ?1;
