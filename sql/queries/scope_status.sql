INSERT INTO temp.asked_status (status) VALUES (?1);
