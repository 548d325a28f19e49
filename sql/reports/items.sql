-- Completed jobs, with the whole answer that holds their extracted data. The program shows a row for each object in an
-- array of it instead, with one column for each scalar path in those; the view items has a row for each value.
SELECT job_id, document
FROM documents
ORDER BY job_id;
