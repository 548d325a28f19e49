-- How often the answers of the archive have been seen so far, and when last, all added up. Where the newest run is from
-- before this was kept, it is found out once.
SELECT coalesce(seen, (SELECT sum(times_seen) FROM answer), 0), coalesce(seen_at, (SELECT sum(last_seen_at) FROM answer), 0)
FROM run
ORDER BY id DESC
LIMIT 1;
