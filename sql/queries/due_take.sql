-- Unfinished jobs whose time has come, the longest due first. They are due no longer: who takes them asks for them.
UPDATE job SET due_ms = NULL
WHERE id IN (SELECT id FROM job WHERE due_ms <= ?1 ORDER BY due_ms LIMIT 64)
RETURNING id, job_id;
