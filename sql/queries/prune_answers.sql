UPDATE answer
SET pruned_at = ?2, pruned_bytes = length(CAST(body AS BLOB)), body = '', repaired = NULL
WHERE job = ?1 AND pruned_at IS NULL
RETURNING pruned_bytes;
