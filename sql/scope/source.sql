-- The sources of the name that is asked for, in front of the table of all.
CREATE TEMP VIEW source AS
SELECT * FROM main.source
WHERE id IN (SELECT source_id FROM main.source_name WHERE name = (SELECT source FROM temp.asked))
