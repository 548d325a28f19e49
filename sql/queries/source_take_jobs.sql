-- The jobs of a source that are not in the ledger yet.
INSERT INTO job (job_id, first_seen_at) SELECT job_id, ?1 FROM incoming WHERE true ON CONFLICT (job_id) DO NOTHING;
