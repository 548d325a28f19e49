-- Within a file the job's first row counts; further ones are duplicates.
INSERT INTO source_job (job, source_id, line, cells) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING;
