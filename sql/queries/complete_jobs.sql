-- The first jobs whose ID begins with ?1.
SELECT job_id FROM job WHERE job_id >= ?1 AND job_id < ?1 || char(0x10FFFF) ORDER BY job_id LIMIT 200;
