SELECT DISTINCT name FROM source_column WHERE kind = 'label' ORDER BY name;
