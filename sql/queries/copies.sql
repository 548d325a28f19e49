-- Copies of the ledger that were made of it.
SELECT path, strftime('%Y-%m-%dT%H:%M:%SZ', made_at, 'unixepoch') AS made_at, kind FROM copy ORDER BY path;
