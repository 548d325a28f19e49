-- Jobs in these states (a JSON array): never asked first, then least recently asked.
INSERT INTO temp.selected (job)
SELECT id FROM job WHERE status IN (SELECT value FROM json_each(?1)) ORDER BY last_run, id;
