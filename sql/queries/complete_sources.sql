-- The first names of sources that begin with ?1.
SELECT DISTINCT name FROM source_name WHERE name >= ?1 AND name < ?1 || char(0x10FFFF) ORDER BY name LIMIT 200;
