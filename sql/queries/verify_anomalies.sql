SELECT field, problem, value FROM anomaly WHERE job = ?1 ORDER BY field;
