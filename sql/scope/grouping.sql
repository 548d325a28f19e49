-- The value of the label of --by; an empty one is none.
CREATE TEMP VIEW grouping AS
SELECT job.id AS job,
       coalesce(nullif((SELECT json_extract(source_job.cells, '$[' || source_column.position || ']')
                        FROM main.source_job
                        JOIN main.source_column ON source_column.source_id = source_job.source_id
                        WHERE source_job.job = job.id
                          AND source_column.kind = 'label'
                          AND source_column.name = (SELECT by_label FROM temp.asked)
                        ORDER BY source_job.source_id DESC
                        LIMIT 1), ''), '(none)') AS label
FROM job;
