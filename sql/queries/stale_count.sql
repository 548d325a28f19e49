SELECT count(*) FROM stale;
