-- From which age on, in 10^-9 s, an open job is stale: ten times the 95th percentile (nearest rank) of what the completed
-- jobs took from creation to completion, at least an hour. First the whole second in which that is, then the place there.
WITH wanted AS (
  SELECT (95 * sum(jobs) + 99) / 100 AS place FROM took_second
), seconds AS (
  SELECT second, sum(jobs) OVER (ORDER BY second) AS up_to, jobs FROM took_second
), chosen AS (
  SELECT second, place - (up_to - jobs) AS place FROM seconds, wanted WHERE up_to >= place ORDER BY second LIMIT 1
), within AS (
  SELECT nano, sum(took.jobs) OVER (ORDER BY nano) AS up_to
  FROM chosen
  JOIN took ON took.nano >= chosen.second * 1000000000 AND took.nano < (chosen.second + 1) * 1000000000
)
SELECT max(3600000000000,
           coalesce(10 * (SELECT min(nano) FROM within WHERE up_to >= (SELECT place FROM chosen)), 0)) AS nano;
