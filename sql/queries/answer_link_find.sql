SELECT link FROM answer WHERE id = ?1;
