SELECT count(*) FROM job WHERE resolved_at IS NULL;
