-- How many jobs there are in each state, and what they cost.
SELECT status, count(*), coalesce(sum(cost_nano), 0) FROM job GROUP BY status;
