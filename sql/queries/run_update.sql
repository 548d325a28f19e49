-- Written with every commit, so that a run that is killed has its counts.
UPDATE run SET requests = ?2, completed = ?3, failed = ?4, not_found = ?5, errors = ?6, still_open = ?7,
               retries = ?8, rate_limited = ?9, ended_at = ?10, exit_status = ?11, bytes = ?12, seen = ?13, seen_at = ?14
WHERE id = ?1;
