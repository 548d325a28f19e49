UPDATE verdict SET extracted = NULL WHERE job = ?1;
