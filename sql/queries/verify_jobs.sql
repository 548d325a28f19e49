-- Jobs that do not fit the answers there are of them.
SELECT 'job ' || job.job_id,
       CASE WHEN job.last_answer_id IS NOT (SELECT max(answer.id) FROM answer WHERE answer.job = job.id)
            THEN 'its newest answer is not the one that it names'
            WHEN job.object_answer_id IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM answer WHERE answer.id = job.object_answer_id AND answer.job = job.id)
            THEN 'the answer that its columns are from is not one of its own'
            WHEN (job.resolved_at IS NULL) <> (job.status IN ('new', 'pending', 'processing'))
            THEN 'it is open by one of status and resolved_at, and not by the other'
            ELSE 'it has a status or columns that no answer gave it' END
FROM job
WHERE job.last_answer_id IS NOT (SELECT max(answer.id) FROM answer WHERE answer.job = job.id)
   OR (job.object_answer_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM answer WHERE answer.id = job.object_answer_id AND answer.job = job.id))
   OR (job.resolved_at IS NULL) <> (job.status IN ('new', 'pending', 'processing'))
   OR (job.last_answer_id IS NULL AND job.status <> 'new')
   OR (job.object_answer_id IS NULL
       AND (job.model_used IS NOT NULL OR job.processing_time_nano IS NOT NULL OR job.cost_nano IS NOT NULL
            OR job.confidence_nano IS NOT NULL OR job.created_at IS NOT NULL OR job.completed_at IS NOT NULL))
ORDER BY job.id;
