-- The jobs completed or failed, as models and daily count them. label, day and model are never NULL, so that they can be
-- joined: the unknown day is the empty text.
SELECT coalesce(grouping.label, '') AS label,
       coalesce(strftime('%Y-%m-%d', created_at + (SELECT utc_offset FROM zone WHERE since <= created_at
                                                   ORDER BY since DESC LIMIT 1), 'unixepoch'), '') AS day,
       coalesce(model_used, '(none)') AS model,
       status,
       cost_nano AS cost,
       processing_time_nano AS time,
       confidence_nano AS confidence
FROM job
LEFT JOIN grouping ON grouping.job = job.id
WHERE status IN ('completed', 'failed');
