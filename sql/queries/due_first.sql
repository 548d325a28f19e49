SELECT min(due_ms) FROM job WHERE due_ms IS NOT NULL;
