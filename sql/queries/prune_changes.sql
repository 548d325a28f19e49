DELETE FROM change WHERE job = ?1 AND (field = 'extracted_data' OR field GLOB 'extracted_data.*' OR field GLOB 'extracted_data[[]*');
