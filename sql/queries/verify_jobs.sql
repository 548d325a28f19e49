-- Jobs that do not fit the answers there are of them: which, not what these say, so that the index of answers by job is all
-- that is read.
WITH seen AS (
  SELECT job.*,
         last_answer_id IS NOT (SELECT max(answer.id) FROM answer WHERE answer.job = job.id) AS not_the_newest,
         object_answer_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM answer WHERE answer.job = job.id AND +answer.id = job.object_answer_id) AS not_its_own
  FROM job
)
SELECT 'job ' || job_id,
       CASE WHEN not_the_newest THEN 'its newest answer is not the one that it names'
            WHEN not_its_own THEN 'the answer that its columns are from is not one of its own'
            WHEN (resolved_at IS NULL) <> (status IN ('new', 'pending', 'processing'))
            THEN 'its resolved_at does not fit its status'
            ELSE 'it has a status or columns that no answer gave it' END
FROM seen
WHERE not_the_newest
   OR not_its_own
   OR (resolved_at IS NULL) <> (status IN ('new', 'pending', 'processing'))
   OR (last_answer_id IS NULL AND (status <> 'new' OR ever_resolved))
   OR (object_answer_id IS NULL
       AND (model_used IS NOT NULL OR processing_time_nano IS NOT NULL OR processing_time_spelling IS NOT NULL
            OR cost_nano IS NOT NULL OR confidence_nano IS NOT NULL OR confidence_spelling IS NOT NULL
            OR created_at IS NOT NULL OR created_nsec IS NOT NULL
            OR completed_at IS NOT NULL OR completed_nsec IS NOT NULL))
ORDER BY id;
