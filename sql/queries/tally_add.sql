INSERT INTO tally (source_id, status, jobs, cost_chf, cost_rest) VALUES (?1, ?2, max(?3, 0), ?4, ?5)
ON CONFLICT (source_id, status) DO UPDATE
SET jobs = jobs + ?3, cost_chf = cost_chf + ?4, cost_rest = cost_rest + ?5;
