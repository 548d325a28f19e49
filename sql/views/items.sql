-- The objects in arrays of extracted data, one row for each value: the path of the array, the object's number there from
-- 1, and the path in the object.
SELECT job_id, array AS path, item, field, value
FROM nodes
WHERE is_value AND item IS NOT NULL;
