-- All that a job's columns have from its answers, by another reading of them. What a failed attempt left stays.
UPDATE job
SET status = ?2, ever_resolved = ?3,
    model_used = ?4, processing_time_nano = ?5, processing_time_spelling = ?6, cost_nano = ?7,
    confidence_nano = ?8, confidence_spelling = ?9,
    created_at = ?10, created_nsec = ?11, completed_at = ?12, completed_nsec = ?13, resolved_at = ?14,
    error_code = CASE WHEN error_code IS NOT NULL AND attempts > 0 THEN error_code ELSE ?15 END,
    error_message = CASE WHEN error_code IS NOT NULL AND attempts > 0 THEN error_message ELSE ?16 END,
    trace_id = CASE WHEN error_code IS NOT NULL AND attempts > 0 THEN trace_id ELSE ?17 END
WHERE id = ?1;
