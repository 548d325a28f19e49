-- The API has forgotten a job that it had resolved: all stays as it was.
UPDATE job
SET http_status = ?2,
    last_attempt_at = ?3, failing_since = NULL, polls = polls + ?4, attempts = 0, last_run = ?5,
    last_answer_id = ?6
WHERE id = ?1;
