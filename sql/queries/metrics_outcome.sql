SELECT started_at, ended_at, exit_status, coalesce(succeeded_at, 0) FROM outcome;
