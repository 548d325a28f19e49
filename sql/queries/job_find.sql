SELECT id, status, cost_nano FROM job WHERE job_id = ?1;
