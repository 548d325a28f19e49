INSERT INTO temp.option (threshold_nano, stale_after_nano, now) VALUES (?1, ?2, ?3);
