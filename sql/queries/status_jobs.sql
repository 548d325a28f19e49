-- How many jobs there are in each state, and what they cost: whole CHF, and 10^-9 CHF on top.
SELECT status, jobs, cost_chf, cost_rest FROM tally WHERE source_id = 0;
