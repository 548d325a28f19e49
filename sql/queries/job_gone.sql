-- The API has forgotten a job that it had resolved: what it said of it stays.
UPDATE job
SET error_code = CASE WHEN status = 'completed' THEN NULL ELSE error_code END,
    error_message = CASE WHEN status = 'completed' THEN NULL ELSE error_message END,
    http_status = ?2,
    last_attempt_at = ?3, failing_since = NULL, polls = polls + ?4, attempts = 0, last_run = ?5,
    last_answer_id = ?6
WHERE id = ?1;
