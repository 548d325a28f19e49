INSERT INTO copy (path, made_at, kind) VALUES (?1, ?2, ?3)
ON CONFLICT (path) DO UPDATE SET made_at = excluded.made_at, kind = excluded.kind;
