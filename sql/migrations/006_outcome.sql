-- How the last command that fetches ended, with all its steps, and when one last ended well: for those who watch over it. The
-- runs above tell of the fetch alone.
CREATE TABLE outcome (
  id           INTEGER PRIMARY KEY CHECK (id = 1),
  started_at   INTEGER NOT NULL,
  ended_at     INTEGER NOT NULL,
  exit_status  INTEGER NOT NULL,
  succeeded_at INTEGER                            -- NULL: never
) STRICT;
INSERT INTO outcome
SELECT 1, started_at, ended_at, exit_status, (SELECT max(ended_at) FROM run WHERE exit_status = 0)
FROM run
WHERE ended_at IS NOT NULL
ORDER BY id DESC
LIMIT 1;
