INSERT INTO verdict (job, field, expected, extracted, outcome) VALUES (?1, ?2, ?3, ?4, ?5);
