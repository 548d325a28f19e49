INSERT INTO source_name (name, source_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING;
