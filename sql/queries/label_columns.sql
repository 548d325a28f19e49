-- The labels of all sources, by order of ingest and column.
SELECT source_id, position, name FROM source_column WHERE kind = 'label' ORDER BY source_id, position;
