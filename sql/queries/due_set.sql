UPDATE job SET due_ms = ?2 WHERE id = ?1;
