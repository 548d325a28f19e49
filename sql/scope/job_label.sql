-- The value as reported: of the latest source with that column; none is the empty one.
AND NOT EXISTS (
  SELECT 1
  FROM temp.asked_label
  WHERE asked_label.value <> coalesce((SELECT json_extract(source_job.cells, '$[' || source_column.position || ']')
                                       FROM main.source_job
                                       JOIN main.source_column ON source_column.source_id = source_job.source_id
                                       WHERE source_job.job = job.id
                                         AND source_column.kind = 'label'
                                         AND source_column.name = asked_label.name
                                       ORDER BY source_job.source_id DESC
                                       LIMIT 1), '')
)
