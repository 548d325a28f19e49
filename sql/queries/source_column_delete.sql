DELETE FROM source_column WHERE source_id = ?1;
