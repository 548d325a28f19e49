INSERT INTO anomaly (job, field, problem, value) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (job, field) DO UPDATE SET problem = excluded.problem, value = excluded.value;
