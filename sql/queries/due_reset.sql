-- What an earlier run left behind: its clock is gone.
UPDATE job SET due_ms = NULL WHERE due_ms IS NOT NULL;
