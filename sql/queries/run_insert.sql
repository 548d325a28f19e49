INSERT INTO run (started_at, bytes, seen, seen_at) VALUES (?1, 0, ?2, ?3);
