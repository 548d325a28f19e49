-- Jobs that do not fit the answers there are of them.
WITH seen AS (
  SELECT job.*, newest.http_status AS newest_status, object.job AS object_job, object.http_status AS object_status,
         error_code IS NOT NULL AND attempts > 0 AS in_trouble
  FROM job
  LEFT JOIN answer AS newest ON newest.id = job.last_answer_id
  LEFT JOIN answer AS object ON object.id = job.object_answer_id
)
SELECT 'job ' || job_id,
       CASE WHEN last_answer_id IS NOT (SELECT max(answer.id) FROM answer WHERE answer.job = seen.id)
            THEN 'its newest answer is not the one that it names'
            WHEN object_answer_id IS NOT NULL AND (object_job IS NOT id OR object_status IS NOT 200)
            THEN 'the answer that its columns are from is not one of its own'
            WHEN newest_status <> http_status OR http_status IS NULL
            THEN 'its http_status is not that of its newest answer'
            WHEN (resolved_at IS NULL) <> (status IN ('new', 'pending', 'processing'))
            THEN 'its resolved_at does not fit its status'
            ELSE 'it has a status or columns that no answer gave it' END
FROM seen
WHERE last_answer_id IS NOT (SELECT max(answer.id) FROM answer WHERE answer.job = seen.id)
   OR (object_answer_id IS NOT NULL AND (object_job IS NOT id OR object_status IS NOT 200))
   OR (last_answer_id IS NOT NULL AND NOT in_trouble AND http_status IS NOT newest_status)
   OR (resolved_at IS NULL) <> (status IN ('new', 'pending', 'processing'))
   OR (last_answer_id IS NULL AND (status <> 'new' OR ever_resolved))
   OR (object_answer_id IS NULL
       AND (model_used IS NOT NULL OR processing_time_nano IS NOT NULL OR processing_time_spelling IS NOT NULL
            OR cost_nano IS NOT NULL OR confidence_nano IS NOT NULL OR confidence_spelling IS NOT NULL
            OR created_at IS NOT NULL OR created_nsec IS NOT NULL
            OR completed_at IS NOT NULL OR completed_nsec IS NOT NULL))
ORDER BY id;
