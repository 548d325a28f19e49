SELECT source_id FROM source_job WHERE job = ?1;
