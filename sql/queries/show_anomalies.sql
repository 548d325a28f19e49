SELECT field, problem, value FROM anomaly WHERE job = (SELECT id FROM job WHERE job_id = ?1) ORDER BY field;
