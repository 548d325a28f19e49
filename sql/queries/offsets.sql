-- What there is to add to a moment for clocks there, from which moment on.
SELECT since, utc_offset FROM zone ORDER BY since;
