INSERT INTO temp.verify_prune (pruned_at, answers, bytes) VALUES (?1, 1, ?2)
ON CONFLICT (pruned_at) DO UPDATE SET answers = answers + 1, bytes = bytes + excluded.bytes;
