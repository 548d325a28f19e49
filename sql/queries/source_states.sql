SELECT EXISTS (SELECT 1 FROM source_column WHERE source_id = ?1 AND kind = 'expected');
