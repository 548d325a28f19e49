INSERT INTO temp.asked_label (name, value) VALUES (?1, ?2);
