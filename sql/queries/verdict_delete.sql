DELETE FROM verdict WHERE job = ?1;
