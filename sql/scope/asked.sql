-- What export was asked for. Gone with the connection. Behind the names option and zone stand views of the ledger with the
-- defaults, which tables of these names take the place of.
CREATE TEMP TABLE asked (
  since      INTEGER, -- of created_at
  since_nsec INTEGER,
  until      INTEGER, -- exclusive
  until_nsec INTEGER,
  model      TEXT,
  source     TEXT,
  by_label   TEXT
);
CREATE TEMP TABLE asked_status (status TEXT NOT NULL);
CREATE TEMP TABLE asked_label (name TEXT NOT NULL, value TEXT NOT NULL);
CREATE TEMP TABLE option (threshold_nano INTEGER NOT NULL, stale_after_nano INTEGER, now INTEGER NOT NULL);
