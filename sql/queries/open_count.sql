SELECT count(*) FROM job WHERE status IN ('new', 'pending', 'processing');
