INSERT INTO prune (started_at, before) VALUES (?1, ?2);
