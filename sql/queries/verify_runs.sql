SELECT id, started_at, last_answer, digest FROM run ORDER BY id;
