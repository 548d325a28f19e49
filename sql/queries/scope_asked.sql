INSERT INTO temp.asked (since, since_nsec, until, until_nsec, model, source, by_label) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
