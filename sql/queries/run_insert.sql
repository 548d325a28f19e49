INSERT INTO run (started_at) VALUES (?1);
