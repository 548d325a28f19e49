-- What verify derives again, to be held against what is kept. Gone with the connection.
CREATE TEMP TABLE IF NOT EXISTS verify_job (job INTEGER PRIMARY KEY);
CREATE TEMP TABLE IF NOT EXISTS verify_change (answer INTEGER, field TEXT, old TEXT, new TEXT);
CREATE TEMP TABLE IF NOT EXISTS verify_verdict (field TEXT, expected TEXT, extracted TEXT, outcome TEXT);
CREATE TEMP TABLE IF NOT EXISTS verify_prune (pruned_at INTEGER PRIMARY KEY, answers INTEGER, bytes INTEGER);
DELETE FROM temp.verify_job;
DELETE FROM temp.verify_prune;
