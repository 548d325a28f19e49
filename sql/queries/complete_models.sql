-- The first models that begin with ?1.
SELECT DISTINCT model_used FROM job
WHERE model_used >= ?1 AND model_used < ?1 || char(0x10FFFF)
ORDER BY model_used LIMIT 200;
