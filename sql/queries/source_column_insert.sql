INSERT INTO source_column (source_id, position, kind, name) VALUES (?1, ?2, ?3, ?4);
