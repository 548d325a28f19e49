UPDATE answer SET link = ?2 WHERE id = ?1;
