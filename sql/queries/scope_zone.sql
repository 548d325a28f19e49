INSERT INTO temp.zone (since, utc_offset) VALUES (?1, ?2);
