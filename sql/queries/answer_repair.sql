UPDATE answer SET repaired = ?2 WHERE id = ?1;
