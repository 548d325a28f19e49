-- The jobs that a fetch was told to ask for, in the order of asking. Gone with the connection.
CREATE TEMP TABLE IF NOT EXISTS selected (place INTEGER PRIMARY KEY, job INTEGER NOT NULL);
DELETE FROM temp.selected;
