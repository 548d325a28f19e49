-- From and to when the jobs were created; one index search each.
SELECT (SELECT min(created_at) FROM main.job WHERE created_at IS NOT NULL),
       (SELECT max(created_at) FROM main.job WHERE created_at IS NOT NULL);
