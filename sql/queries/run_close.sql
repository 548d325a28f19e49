UPDATE run SET digest = ?2, last_answer = ?3 WHERE id = ?1;
