-- Jobs that came to no result: failed, unknown to the API, refused by it; and open ones whose last attempt failed.
SELECT *
FROM job
WHERE status IN ('failed', 'not_found', 'error')
   OR (resolved_at IS NULL AND error_code IS NOT NULL);
