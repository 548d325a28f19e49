-- The jobs of a source that is read anew: what it stated of them goes.
INSERT INTO temp.rejudge (job) SELECT job FROM source_job WHERE source_id = ?1 ON CONFLICT DO NOTHING;
