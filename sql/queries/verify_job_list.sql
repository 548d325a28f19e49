SELECT job FROM temp.verify_job ORDER BY job;
