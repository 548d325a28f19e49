-- From which age on, in 10^-9 s, an open job is stale: ten times the 95th percentile (nearest rank) of what the completed
-- jobs took from creation to completion, at least an hour. What took longer than 28 years counts as that, so that
-- ten times as much is still an integer.
WITH took AS (
  SELECT min(completed_at - created_at, 900000000) * 1000000000 + completed_nsec - created_nsec AS nano
  FROM job
  WHERE status = 'completed' AND completed_at >= created_at
)
SELECT max(3600000000000,
           coalesce(10 * (SELECT nano FROM took WHERE nano >= 0 ORDER BY nano
                          LIMIT 1 OFFSET (SELECT (95 * count(*) + 99) / 100 - 1 FROM took WHERE nano >= 0)), 0)) AS nano;
