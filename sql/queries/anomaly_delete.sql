DELETE FROM anomaly WHERE job = ?1;
