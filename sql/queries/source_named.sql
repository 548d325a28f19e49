SELECT EXISTS (SELECT 1 FROM source_name WHERE name = ?1);
