INSERT INTO reject (source_id, line, value, reason) VALUES (?1, ?2, ?3, ?4);
