SELECT path, value FROM statements WHERE job = ?1;
