-- The jobs that are asked for, in front of the table of all. Conditions follow.
CREATE TEMP VIEW job AS
SELECT * FROM main.job
