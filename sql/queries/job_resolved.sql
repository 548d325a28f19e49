UPDATE job SET resolved_at = ?2 WHERE id = ?1 AND resolved_at IS NOT ?2;
