-- Of the selected jobs, those that stand in a source of this name.
DELETE FROM temp.selected
WHERE NOT EXISTS (SELECT 1
                  FROM source_name JOIN source_job ON source_job.source_id = source_name.source_id
                  WHERE source_name.name = ?1 AND source_job.job = selected.job);
