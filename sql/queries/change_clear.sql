-- But for jobs of which answers are pruned: what those changed can't be found again.
DELETE FROM change WHERE job NOT IN (SELECT job FROM answer WHERE pruned_at IS NOT NULL);
