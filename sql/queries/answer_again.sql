UPDATE answer SET times_seen = times_seen + 1, last_seen_at = ?2 WHERE id = ?1;
