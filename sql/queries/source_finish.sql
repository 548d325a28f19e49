UPDATE source SET rows = ?2, jobs = ?3, duplicates = ?4, rejected = ?5 WHERE id = ?1;
