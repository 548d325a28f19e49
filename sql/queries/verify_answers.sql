-- The archive in the order of the chain, each answer with its job as it stands.
SELECT answer.id, answer.job, answer.run, answer.received_at, answer.http_status, answer.request_id, answer.server_ms,
       answer.sha256, answer.link, answer.pruned_at, answer.pruned_bytes, answer.repaired, answer.body,
       answer.times_seen, answer.last_seen_at,
       job.job_id, job.status, job.ever_resolved, job.error_code IS NOT NULL AND job.attempts > 0,
       job.last_answer_id, job.object_answer_id, job.resolved_at,
       job.model_used, job.processing_time_nano, job.processing_time_spelling, job.cost_nano, job.confidence_nano,
       job.confidence_spelling, job.created_at, job.created_nsec, job.completed_at, job.completed_nsec,
       job.error_code, job.error_message, job.trace_id, job.http_status
FROM answer
LEFT JOIN job ON job.id = answer.job
ORDER BY answer.id;
