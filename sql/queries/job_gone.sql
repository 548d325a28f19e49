-- The API has forgotten a job that it had resolved: what it said of it stays, and what a failed attempt left goes, unless
-- (?10) nobody knows any more what it had taken the place of.
UPDATE job
SET error_code = CASE WHEN ?10 THEN error_code ELSE ?7 END, error_message = CASE WHEN ?10 THEN error_message ELSE ?8 END,
    trace_id = CASE WHEN ?10 THEN trace_id ELSE ?9 END, http_status = ?2,
    last_attempt_at = ?3, failing_since = NULL, polls = polls + ?4, attempts = 0, last_run = ?5,
    last_answer_id = ?6
WHERE id = ?1;
