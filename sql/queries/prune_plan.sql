-- What is past its time: resolved jobs of which there are answers yet, the archived ones among these, and their bytes.
WITH old AS (
  SELECT id FROM job WHERE resolved_at < ?1
)
SELECT (SELECT count(*)
        FROM old
        WHERE EXISTS (SELECT 1 FROM answer WHERE answer.job = old.id AND answer.pruned_at IS NULL)
           OR EXISTS (SELECT 1 FROM useless_answer WHERE useless_answer.job = old.id)),
       count(*), coalesce(sum(length(CAST(answer.body AS BLOB))), 0)
FROM old
JOIN answer ON answer.job = old.id
WHERE answer.pruned_at IS NULL;
