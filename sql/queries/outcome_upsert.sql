INSERT INTO outcome (id, started_at, ended_at, exit_status, succeeded_at)
VALUES (1, ?1, ?2, ?3, iif(?3 = 0, ?2, NULL))
ON CONFLICT (id) DO UPDATE
SET started_at = ?1, ended_at = ?2, exit_status = ?3, succeeded_at = iif(?3 = 0, ?2, succeeded_at);
