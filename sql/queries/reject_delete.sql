DELETE FROM reject WHERE source_id = ?1;
