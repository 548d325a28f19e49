INSERT INTO temp.verify_verdict (field, expected, extracted, outcome) VALUES (?2, ?3, ?4, ?5);
