-- A source read anew keeps its place in the order of ingest.
UPDATE source SET ingested_at = ?2, rows = 0, jobs = 0, duplicates = 0, rejected = 0 WHERE id = ?1;
