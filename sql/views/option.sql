-- What the options of export are by default. The program puts a table of this name before it where others were given.
SELECT 800000000 AS threshold_nano,                      -- of the report review, in 10^-9
       NULL AS stale_after_nano,                         -- of the report stale, in 10^-9 s; NULL: as the view stale_limit has it
       CAST(strftime('%s', 'now') AS INTEGER) AS now;
