AND id IN (SELECT source_job.job
           FROM main.source_name
           JOIN main.source_job ON source_job.source_id = source_name.source_id
           WHERE source_name.name = (SELECT source FROM temp.asked))
