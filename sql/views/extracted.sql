-- The extracted data of completed jobs, one row for each value: null, a scalar, or an array as JSON. Objects in arrays are
-- in the view items.
SELECT job_id, path, value
FROM nodes
WHERE is_value AND item IS NULL;
