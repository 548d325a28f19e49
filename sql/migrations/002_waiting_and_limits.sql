-- When an unfinished job is asked again within a run that waits: milliseconds on the monotonic clock of that run.
ALTER TABLE job ADD COLUMN due_ms INTEGER;
CREATE INDEX job_due ON job (due_ms) WHERE due_ms IS NOT NULL;

-- Requests by UTC day, counted in days since 1970-01-01, over all runs: for --daily-limit.
CREATE TABLE request_day (
  day      INTEGER PRIMARY KEY,
  requests INTEGER NOT NULL CHECK (requests >= 0)
) STRICT;

-- What a server last stated of its rate limit, so that the next run begins where this one stopped.
CREATE TABLE server_limit (
  base_url       TEXT PRIMARY KEY,
  requests       INTEGER NOT NULL, -- the limit itself; 0: not stated
  remaining      INTEGER NOT NULL,
  stated_at      INTEGER NOT NULL,
  stated_nsec    INTEGER NOT NULL,
  reset_at       INTEGER NOT NULL, -- 0: not stated
  reset_nsec     INTEGER NOT NULL,
  refill_per_day INTEGER NOT NULL  -- as observed; 0: unknown
) STRICT, WITHOUT ROWID;
