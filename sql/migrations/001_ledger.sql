-- The ledger. Times are whole seconds since 1970-01-01T00:00:00Z, unless a column is named _nsec (nanoseconds
-- on top of the seconds before it). Decimals are integers in units of 10^-9 (_nano). Views give both as text.

-- A file of job IDs, recognised by its bytes. rows = jobs + duplicates + rejected.
CREATE TABLE source (
  id          INTEGER PRIMARY KEY,             -- the order of ingest
  name        TEXT    NOT NULL,                -- the path as given; (stdin) for standard input
  sha256      BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
  bytes       INTEGER NOT NULL CHECK (bytes > 0),
  ingested_at INTEGER NOT NULL,
  rows        INTEGER NOT NULL DEFAULT 0 CHECK (rows = jobs + duplicates + rejected),
  jobs        INTEGER NOT NULL DEFAULT 0 CHECK (jobs >= 0),
  duplicates  INTEGER NOT NULL DEFAULT 0 CHECK (duplicates >= 0),
  rejected    INTEGER NOT NULL DEFAULT 0 CHECK (rejected >= 0)
) STRICT;

-- Every name under which these bytes were given, for --source.
CREATE TABLE source_name (
  name      TEXT    NOT NULL,
  source_id INTEGER NOT NULL REFERENCES source (id),
  PRIMARY KEY (name, source_id)
) STRICT, WITHOUT ROWID;

-- The columns of a source that are kept, left to right: labels, and ground truth for extracted_data at a path.
CREATE TABLE source_column (
  source_id INTEGER NOT NULL REFERENCES source (id),
  position  INTEGER NOT NULL CHECK (position >= 0), -- index into source_job.cells
  kind      TEXT    NOT NULL CHECK (kind IN ('label', 'expected')),
  name      TEXT    NOT NULL,
  PRIMARY KEY (source_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
  id     INTEGER PRIMARY KEY,
  job_id TEXT    NOT NULL UNIQUE CHECK (job_id GLOB 'job_?*' AND length(job_id) <= 128),
  status TEXT    NOT NULL DEFAULT 'new'
         CHECK (status IN ('new', 'pending', 'processing', 'completed', 'failed', 'not_found', 'error')),

  -- What the last answer that was a job object said. NULL: absent, null or unusable. Spellings are
  -- kept only where they differ from the shortest one.
  model_used               TEXT,
  processing_time_nano     INTEGER CHECK (processing_time_nano BETWEEN 0 AND 1000000000000000),
  processing_time_spelling TEXT,
  cost_nano                INTEGER CHECK (cost_nano BETWEEN 0 AND 1000000000000000),
  confidence_nano          INTEGER CHECK (confidence_nano BETWEEN 0 AND 1000000000),
  confidence_spelling      TEXT,
  created_at               INTEGER,
  created_nsec             INTEGER,
  completed_at             INTEGER,
  completed_nsec           INTEGER,

  -- Why there is no better answer: the vendor's code, or one of ours. On an open job: its last attempt failed.
  error_code    TEXT,
  error_message TEXT,
  trace_id      TEXT,
  http_status   INTEGER,                       -- of the last answer of any kind

  first_seen_at   INTEGER NOT NULL,
  resolved_at     INTEGER,
  ever_resolved   INTEGER NOT NULL DEFAULT 0 CHECK (ever_resolved IN (0, 1)), -- once completed or failed
  last_attempt_at INTEGER,
  failing_since   INTEGER,                     -- the first failed attempt since the last usable answer
  polls           INTEGER NOT NULL DEFAULT 0,  -- requests in the job's life, retries included
  attempts        INTEGER NOT NULL DEFAULT 0,  -- those since the last usable answer
  last_run        INTEGER NOT NULL DEFAULT 0,  -- the run that asked last; 0: never asked
  last_answer_id  INTEGER REFERENCES answer (id), -- the newest archived answer
  object_answer_id INTEGER REFERENCES answer (id) -- the newest that was a job object
) STRICT;

-- The next jobs to ask for, in order: never asked first, then least recently asked.
CREATE INDEX job_open ON job (last_run, id) WHERE status IN ('new', 'pending', 'processing');

-- Which job stands in which source, and its row there. Clustered by job: labels are looked up by job.
CREATE TABLE source_job (
  job       INTEGER NOT NULL REFERENCES job (id),
  source_id INTEGER NOT NULL REFERENCES source (id),
  line      INTEGER NOT NULL CHECK (line > 0), -- of the job's first row in the file
  cells     TEXT,                              -- JSON array, one text for each source_column; NULL: there are none
  PRIMARY KEY (job, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE reject (
  source_id INTEGER NOT NULL REFERENCES source (id),
  line      INTEGER NOT NULL CHECK (line > 0),
  value     TEXT    NOT NULL,
  reason    TEXT    NOT NULL,
  PRIMARY KEY (source_id, line)
) STRICT, WITHOUT ROWID;

-- One fetch. A run without ended_at was killed.
CREATE TABLE run (
  id           INTEGER PRIMARY KEY,
  started_at   INTEGER NOT NULL,
  ended_at     INTEGER,
  requests     INTEGER NOT NULL DEFAULT 0,
  completed    INTEGER NOT NULL DEFAULT 0,     -- jobs asked in this run, by their state at its end
  failed       INTEGER NOT NULL DEFAULT 0,
  not_found    INTEGER NOT NULL DEFAULT 0,
  errors       INTEGER NOT NULL DEFAULT 0,
  still_open   INTEGER NOT NULL DEFAULT 0,
  retries      INTEGER NOT NULL DEFAULT 0,
  rate_limited INTEGER NOT NULL DEFAULT 0,
  exit_status  INTEGER
) STRICT;

-- The archive: every distinct answer that is a job object or a verdict, byte for byte. Rows are only ever added;
-- an answer equal to the job's last one raises its count.
CREATE TABLE answer (
  id           INTEGER PRIMARY KEY,
  job          INTEGER NOT NULL REFERENCES job (id),
  run          INTEGER NOT NULL REFERENCES run (id),
  received_at  INTEGER NOT NULL,
  times_seen   INTEGER NOT NULL DEFAULT 1 CHECK (times_seen > 0),
  last_seen_at INTEGER,                        -- where seen more than once
  http_status  INTEGER NOT NULL,
  request_id   TEXT,
  server_ms    INTEGER,
  sha256       BLOB    NOT NULL CHECK (length(sha256) = 32), -- of body
  body         TEXT    NOT NULL,
  repaired     TEXT                            -- the body mended, where other JSON readers would read it differently
) STRICT;

CREATE INDEX answer_job ON answer (job);

-- The newest answer of a job that was of no use (bad ones, 429, 5xx): replaced by the next.
CREATE TABLE useless_answer (
  job         INTEGER PRIMARY KEY REFERENCES job (id),
  received_at INTEGER NOT NULL,
  http_status INTEGER NOT NULL,
  request_id  TEXT,
  body        TEXT    NOT NULL
) STRICT;

-- Oddities in the answers, one for a job and field.
CREATE TABLE anomaly (
  job     INTEGER NOT NULL REFERENCES job (id),
  field   TEXT    NOT NULL,
  problem TEXT    NOT NULL
          CHECK (problem IN ('unknown_status', 'wrong_type', 'out_of_range', 'before_created_at', 'missing', 'gone')),
  value   TEXT,
  PRIMARY KEY (job, field)
) STRICT, WITHOUT ROWID;

-- The jobs as a person reads them: decimals and times as text.
CREATE VIEW jobs AS
SELECT job_id,
       status,
       model_used,
       coalesce(processing_time_spelling,
                (processing_time_nano / 1000000000)
                || rtrim(rtrim(printf('.%09d', processing_time_nano % 1000000000), '0'), '.')) AS processing_time,
       (cost_nano / 1000000000) || printf('.%02d', cost_nano / 10000000 % 100)
       || rtrim(printf('%07d', cost_nano % 10000000), '0') AS cost_chf,
       coalesce(confidence_spelling,
                (confidence_nano / 1000000000)
                || rtrim(rtrim(printf('.%09d', confidence_nano % 1000000000), '0'), '.')) AS confidence,
       error_code,
       error_message,
       http_status,
       strftime('%Y-%m-%dT%H:%M:%S', created_at, 'unixepoch')
       || CASE WHEN created_nsec > 0 THEN '.' || rtrim(printf('%09d', created_nsec), '0') ELSE '' END
       || 'Z' AS created_at,
       strftime('%Y-%m-%dT%H:%M:%S', completed_at, 'unixepoch')
       || CASE WHEN completed_nsec > 0 THEN '.' || rtrim(printf('%09d', completed_nsec), '0') ELSE '' END
       || 'Z' AS completed_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', first_seen_at, 'unixepoch') AS first_seen_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', resolved_at, 'unixepoch') AS resolved_at,
       polls,
       attempts,
       strftime('%Y-%m-%dT%H:%M:%SZ', last_attempt_at, 'unixepoch') AS last_attempt_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', failing_since, 'unixepoch') AS failing_since,
       trace_id,
       cost_nano AS cost_nano_chf,
       id AS job,
       object_answer_id
FROM job;
