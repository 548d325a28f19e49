INSERT INTO job (job_id, first_seen_at) VALUES (?1, ?2) ON CONFLICT (job_id) DO NOTHING;
