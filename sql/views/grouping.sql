-- The groups of jobs that models and daily are to keep apart beside the model: none. With --by the program puts a view of
-- this name before it.
SELECT NULL AS job, NULL AS label WHERE false;
