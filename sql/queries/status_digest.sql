-- The newest digest of the chain over the archive, and the run that it closes.
SELECT lower(hex(digest)), id FROM run WHERE digest IS NOT NULL ORDER BY id DESC LIMIT 1;
