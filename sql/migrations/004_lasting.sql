-- The archive as a chain: who changes an answer, or takes one out, breaks it from there on. How links and digests come
-- about is told in the manual, so that others can compute them, too.
ALTER TABLE answer ADD COLUMN link BLOB CHECK (length(link) = 32);
-- An answer past its time: its body is empty and these tell what it was. Its digest stays in the chain.
ALTER TABLE answer ADD COLUMN pruned_at INTEGER;
ALTER TABLE answer ADD COLUMN pruned_bytes INTEGER;
ALTER TABLE run ADD COLUMN last_answer INTEGER;                          -- the newest answer at its end; 0: there was none
ALTER TABLE run ADD COLUMN digest BLOB CHECK (length(digest) = 32);      -- NULL: not closed yet

-- How many jobs of a source are in each state and what they cost, kept in step with them; source 0 is the whole ledger. CHF
-- and the rest below one are added up apart, so that no sum can overflow.
CREATE TABLE tally (
  source_id INTEGER NOT NULL,
  status    TEXT    NOT NULL,
  jobs      INTEGER NOT NULL CHECK (jobs >= 0),
  cost_chf  INTEGER NOT NULL,
  cost_rest INTEGER NOT NULL, -- in 10^-9 CHF; many times more than one, once they are many
  PRIMARY KEY (source_id, status)
) STRICT, WITHOUT ROWID;
INSERT INTO tally
SELECT 0, status, count(*), coalesce(sum(cost_nano / 1000000000), 0), coalesce(sum(cost_nano % 1000000000), 0)
FROM job GROUP BY status;
INSERT INTO tally
SELECT source_id, status, count(*), coalesce(sum(cost_nano / 1000000000), 0), coalesce(sum(cost_nano % 1000000000), 0)
FROM source_job JOIN job ON job.id = source_job.job
GROUP BY source_id, status;

-- Copies of this ledger that were made of it, for prune to name.
CREATE TABLE copy (
  path    TEXT    PRIMARY KEY,
  made_at INTEGER NOT NULL,
  kind    TEXT    NOT NULL CHECK (kind IN ('backup', 'migration'))
) STRICT, WITHOUT ROWID;

-- The oldest unfinished job of each source, for reconcile.
CREATE INDEX job_unfinished ON job (created_at) WHERE status IN ('pending', 'processing') AND created_at IS NOT NULL;

-- Each prune. One without an end was cut short: what it removed may stand in free pages yet.
CREATE TABLE prune (
  id         INTEGER PRIMARY KEY,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER,
  before     INTEGER NOT NULL, -- jobs resolved before
  answers    INTEGER NOT NULL DEFAULT 0,
  bytes      INTEGER NOT NULL DEFAULT 0
) STRICT;
