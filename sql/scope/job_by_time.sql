-- Else SQLite may prefer a walk through all jobs in the order of their IDs, which spares it a sort.
INDEXED BY job_created
