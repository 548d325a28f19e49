-- The open jobs: never asked first, then least recently asked.
INSERT INTO temp.selected (job)
SELECT id FROM job WHERE resolved_at IS NULL ORDER BY last_run, id;
