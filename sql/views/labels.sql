-- The labels of the jobs: of the sources that hold a job, the latest with that column gives the value, empty or not.
SELECT job_id, name, value
FROM (
  SELECT job.job_id, source_column.name,
         json_extract(source_job.cells, '$[' || source_column.position || ']') AS value,
         max(source_job.source_id)
  FROM job
  JOIN source_job ON source_job.job = job.id
  JOIN source_column ON source_column.source_id = source_job.source_id AND source_column.kind = 'label'
  GROUP BY job.id, source_column.name
);
