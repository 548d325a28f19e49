-- Jobs with changes are looked at whatever else.
INSERT INTO temp.verify_job (job) SELECT DISTINCT job FROM change WHERE true ON CONFLICT DO NOTHING;
