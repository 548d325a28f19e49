-- The offset from UTC, in seconds, that holds from a time on: that of UTC itself. With --timezone the program puts a table
-- of this name before it.
SELECT -9223372036854775807 AS since, 0 AS utc_offset;
