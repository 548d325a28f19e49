SELECT EXISTS (SELECT 1 FROM source_column WHERE kind = 'expected');
