-- What a night with ten million jobs behind it takes. `status IN (...)` of more than two words costs SQLite a table of its
-- own at every look, and jobs are looked at with each answer: the states are compared one by one, and a job is open as long
-- as resolved_at is NULL. The keys to answers are checked by verify, not with each answer.
CREATE TABLE job_anew (
  id     INTEGER PRIMARY KEY,
  job_id TEXT    NOT NULL UNIQUE CHECK (job_id GLOB 'job_?*' AND length(job_id) <= 128),
  status TEXT    NOT NULL DEFAULT 'new'
         CHECK (status = 'completed' OR status = 'new' OR status = 'processing' OR status = 'pending'
                OR status = 'failed' OR status = 'not_found' OR status = 'error'),

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
  resolved_at     INTEGER,                     -- NULL: open, which is new, pending or processing
  ever_resolved   INTEGER NOT NULL DEFAULT 0 CHECK (ever_resolved IN (0, 1)), -- once completed or failed
  last_attempt_at INTEGER,
  failing_since   INTEGER,                     -- the first failed attempt since the last usable answer
  polls           INTEGER NOT NULL DEFAULT 0,  -- requests in the job's life, retries included
  attempts        INTEGER NOT NULL DEFAULT 0,  -- those since the last usable answer
  last_run        INTEGER NOT NULL DEFAULT 0,  -- the run that asked last; 0: never asked
  last_answer_id  INTEGER,                     -- the newest archived answer
  object_answer_id INTEGER,                    -- the newest that was a job object
  due_ms          INTEGER                      -- when it is asked again, on the clock of a run that waits
) STRICT;
INSERT INTO job_anew
SELECT id, job_id, status, model_used, processing_time_nano, processing_time_spelling, cost_nano, confidence_nano,
       confidence_spelling, created_at, created_nsec, completed_at, completed_nsec, error_code, error_message, trace_id,
       http_status, first_seen_at, resolved_at, ever_resolved, last_attempt_at, failing_since, polls, attempts, last_run,
       last_answer_id, object_answer_id, due_ms
FROM job;
DROP TABLE job;
ALTER TABLE job_anew RENAME TO job;

-- fetch: the next jobs to ask for, never asked first, then least recently asked.
CREATE INDEX job_open ON job (last_run, id) WHERE resolved_at IS NULL;
-- fetch --wait: jobs to be asked again.
CREATE INDEX job_due ON job (due_ms) WHERE due_ms IS NOT NULL;
-- status and reconcile: the oldest unfinished job, of all and of each source.
CREATE INDEX job_unfinished ON job (created_at) WHERE resolved_at IS NULL AND created_at IS NOT NULL;
-- --since and --until; models and daily, which need no more of a job than this.
CREATE INDEX job_created ON job (created_at, model_used, status, cost_nano, processing_time_nano, confidence_nano)
  WHERE created_at IS NOT NULL;
-- models and daily: the few that are resolved and of which nobody knows when they were created.
CREATE INDEX job_undated ON job (id) WHERE created_at IS NULL AND resolved_at IS NOT NULL;

-- How long completed jobs took from creation to completion, in 10^-9 s (what is longer than 28 years counts as that): so many
-- jobs each, and by whole seconds; kept in step with them, for what is stale.
CREATE TABLE took (
  nano INTEGER PRIMARY KEY CHECK (nano >= 0),
  jobs INTEGER NOT NULL CHECK (jobs >= 0)
) STRICT;
CREATE TABLE took_second (
  second INTEGER PRIMARY KEY,
  jobs   INTEGER NOT NULL CHECK (jobs >= 0)
) STRICT;
INSERT INTO took
SELECT min(completed_at - created_at, 900000000) * 1000000000 + completed_nsec - created_nsec AS nano, count(*)
FROM job
WHERE status = 'completed' AND completed_at >= created_at AND nano >= 0
GROUP BY nano;
INSERT INTO took_second SELECT nano / 1000000000, sum(jobs) FROM took GROUP BY 1;
