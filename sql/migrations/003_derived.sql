-- What follows from the answers and is kept beside them.

-- Each field of a resolved job that a later answer changed, as the reports spell it. NULL: there was, or is, no value.
CREATE TABLE change (
  job    INTEGER NOT NULL REFERENCES job (id),
  answer INTEGER NOT NULL REFERENCES answer (id), -- the later one
  field  TEXT    NOT NULL,                        -- a column of jobs, or extracted_data.PATH
  old    TEXT,
  new    TEXT,
  PRIMARY KEY (job, answer, field)
) STRICT, WITHOUT ROWID;

-- Ground truth held against the extracted data of the job's last answer that was a job object.
CREATE TABLE verdict (
  job       INTEGER NOT NULL REFERENCES job (id),
  field     TEXT    NOT NULL,                     -- the path in extracted_data
  expected  TEXT    NOT NULL,
  extracted TEXT,                                 -- NULL where it is missing
  outcome   TEXT    NOT NULL CHECK (outcome IN ('matched', 'mismatched', 'missing')),
  PRIMARY KEY (job, field)
) STRICT, WITHOUT ROWID;

-- The version of the program's reading of answers by which all this was derived; another one derives it anew.
CREATE TABLE derivation (
  reader_version INTEGER NOT NULL
) STRICT;
INSERT INTO derivation VALUES (0);

-- For --since and --until.
CREATE INDEX job_created ON job (created_at) WHERE created_at IS NOT NULL;
-- For the jobs of one source; the primary key has them by job.
CREATE INDEX source_job_source ON source_job (source_id);
