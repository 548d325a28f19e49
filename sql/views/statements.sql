-- Ground truth: what the sources state of the jobs' extracted data, by path. Of those that state something, the latest
-- counts.
SELECT job_id, path, value, job
FROM (
  SELECT job.job_id, job.id AS job, stated.path, stated.value, max(stated.source_id)
  FROM job
  JOIN (
    SELECT source_job.job, source_job.source_id, source_column.name AS path,
           json_extract(source_job.cells, '$[' || source_column.position || ']') AS value
    FROM source_column
    JOIN source_job ON source_job.source_id = source_column.source_id
    WHERE source_column.kind = 'expected'
  ) AS stated ON stated.job = job.id
  WHERE trim(stated.value, char(32, 9, 10, 13)) <> ''
  GROUP BY job.id, stated.path
);
