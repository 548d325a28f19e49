-- No usable answer after all retries: the job keeps its status.
UPDATE job
SET error_code = ?2, error_message = ?3, trace_id = ?4, http_status = coalesce(?5, http_status),
    failing_since = coalesce(failing_since, ?6),
    last_attempt_at = ?6, polls = polls + ?7, attempts = attempts + ?7, last_run = ?8
WHERE id = ?1;
