SELECT 'a row of ' || "table" || ' refers to one of ' || parent || ' that is missing' FROM pragma_foreign_key_check LIMIT 100;
