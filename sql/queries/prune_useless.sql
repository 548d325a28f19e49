DELETE FROM useless_answer WHERE job = ?1;
