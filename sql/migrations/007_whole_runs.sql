-- What a run comes to, so that its digest covers all of its row, and with it what may still change in the archive: how often
-- an answer is seen, and what is left of one that is pruned. NULL in runs that were made before there were these.
ALTER TABLE run ADD COLUMN bytes INTEGER;   -- of the bodies that it archived
ALTER TABLE run ADD COLUMN seen INTEGER;    -- how often the answers of the archive had been seen at its end: all of times_seen
ALTER TABLE run ADD COLUMN seen_at INTEGER; -- all of last_seen_at added up, likewise

-- A job is resolved when the answer comes that says so, not when that is saved: all is derived anew.
UPDATE derivation SET reader_version = 0;
