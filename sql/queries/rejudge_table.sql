-- The jobs of which ground truth has changed in the transaction under way. Gone with the connection.
CREATE TEMP TABLE IF NOT EXISTS rejudge (job INTEGER PRIMARY KEY);
DELETE FROM temp.rejudge;
