UPDATE prune SET answers = answers + ?2, bytes = bytes + ?3 WHERE id = ?1;
