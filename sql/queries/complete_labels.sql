-- The first labels that begin with ?1.
SELECT DISTINCT name FROM source_column
WHERE kind = 'label' AND name >= ?1 AND name < ?1 || char(0x10FFFF)
ORDER BY name LIMIT 200;
