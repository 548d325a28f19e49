INSERT INTO source (name, sha256, bytes, ingested_at) VALUES (?1, ?2, ?3, ?4);
