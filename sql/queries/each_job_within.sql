-- The same, but each row is handed over within SQLite, which spares it a copy. Only where the index of job_id gives the
-- order: before a sort, rows would be handed over in no order.
SELECT jobs_add(job.job_id, job.status, job.model_used, job.processing_time_nano, job.processing_time_spelling, job.cost_nano,
       job.confidence_nano, job.confidence_spelling, job.error_code, job.error_message, job.http_status, job.created_at,
       job.created_nsec, job.completed_at, job.completed_nsec, job.first_seen_at, job.resolved_at, job.polls,
       source_job.source_id, source_job.cells)
FROM job
LEFT JOIN source_job ON source_job.job = job.id
ORDER BY job.job_id, source_job.source_id DESC;
