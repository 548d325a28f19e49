DELETE FROM source_job WHERE source_id = ?1;
