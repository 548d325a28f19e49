INSERT INTO temp.verify_change (answer, field, old, new) VALUES (?1, ?2, ?3, ?4);
