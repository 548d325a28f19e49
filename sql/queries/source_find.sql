-- The source with these bytes.
SELECT id, name FROM source WHERE sha256 = ?1;
