DELETE FROM tally WHERE source_id = ?1;
