-- The API has forgotten a job that it had resolved: what it said of it stays, and what a failed attempt left goes.
UPDATE job
SET error_code = ?7, error_message = ?8, trace_id = ?9, http_status = ?2,
    last_attempt_at = ?3, failing_since = NULL, polls = polls + ?4, attempts = 0, last_run = ?5,
    last_answer_id = ?6
WHERE id = ?1;
