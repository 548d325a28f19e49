INSERT INTO change (job, answer, field, old, new) VALUES (?1, ?2, ?3, ?4, ?5);
