-- Resolves the jobs of a ledger that jobledger has just made from files of new IDs, as if they had been fetched: the
-- one place that writes into the ledger's tables. Of :jobs in all, the newest :recent were created within a day that
-- begins at :recent_day, the others evenly over the :older_days before; the newest :open are still in work. Everything
-- is drawn from a hash of the job's number. No figure ends with a zero, so its spelling is the shortest. LIMIT -1 keeps
-- SQLite from working out an expression once for each place where it is used.
CREATE TEMP TABLE bounds AS
SELECT :jobs AS jobs, :recent AS recent, :open AS open, :recent_day AS recent_day, :older_days AS older_days;

CREATE TEMP VIEW drawn AS
SELECT id, job_id, id > jobs - open AS is_open,
       (id * 2654435761 & 4294967295) >> 8 AS h,
       (id * 2246822519 & 4294967295) >> 8 AS k,
       CASE WHEN id > jobs - recent THEN recent_day + (id - 1 - (jobs - recent)) * 86400 / recent
            ELSE recent_day - older_days * 86400 + (id - 1) * 86400 * older_days / (jobs - recent) END AS created_at
FROM main.job, bounds;

-- What the API would say. Milliseconds, millionths of CHF and ten thousandths of confidence.
CREATE TEMP VIEW fate AS
SELECT id, job_id, created_at, h, k,
       CASE WHEN is_open THEN 'processing' WHEN h % 100 < 92 THEN 'completed' WHEN h % 100 < 98 THEN 'failed'
            ELSE 'not_found' END AS status,
       CASE WHEN NOT is_open AND h % 100 < 98
            THEN CASE k % 10 WHEN 0 THEN 'ftg-2.0' WHEN 1 THEN 'ftg-2.5' WHEN 2 THEN 'ftg-3.0-mini'
                 ELSE 'ftg-3.0' END END AS model,
       CASE WHEN NOT is_open AND h % 100 < 98 THEN 501 + k % 3000 * 10 END AS time_3,
       CASE WHEN NOT is_open AND h % 100 < 98 THEN 1001 + h % 4000 * 10 END AS cost_6,
       CASE WHEN NOT is_open AND h % 100 < 92 THEN 6001 + k % 399 * 10 END AS confidence_4,
       CASE WHEN NOT is_open AND h % 100 < 98 THEN created_at + 2 + k % 60 END AS completed_at
FROM drawn;

INSERT INTO run (id, started_at, ended_at, requests, completed, failed, not_found, still_open, exit_status, last_answer,
                 digest)
SELECT 1, :recent_day, :recent_day + 86400, count(*), count(*) FILTER (WHERE status = 'completed'),
       count(*) FILTER (WHERE status = 'failed'), count(*) FILTER (WHERE status = 'not_found'),
       count(*) FILTER (WHERE status = 'processing'), 0, count(*), sha256('the only run')
FROM fate;

-- The links are none that `verify` would accept: no line of the benchmark verifies such a ledger.
INSERT INTO answer (id, job, run, received_at, http_status, sha256, body, link)
SELECT id, id, 1, created_at + 3600, CASE status WHEN 'not_found' THEN 404 ELSE 200 END, sha256(body), body,
       sha256('link ' || id)
FROM (SELECT *, CASE status
             WHEN 'not_found' THEN
               printf('{"success":false,"error":{"code":"JOB_NOT_FOUND","message":"Job not found","status":404,'
                      || '"details":{"job_id":"%s"}}}', job_id)
             WHEN 'processing' THEN
               printf('{"success":true,"job_id":"%s","status":"processing","created_at":"%s"}', job_id,
                      strftime('%Y-%m-%dT%H:%M:%SZ', created_at, 'unixepoch'))
             ELSE
               printf('{"success":true,"job_id":"%s","status":"%s","model_used":"%s","processing_time":%d.%03d,'
                      || '"cost_chf":0.%06d,%s"created_at":"%s","completed_at":"%s",%s}',
                      job_id, status, model, time_3 / 1000, time_3 % 1000, cost_6,
                      coalesce(printf('"confidence":%s,', '0.' || confidence_4), ''),
                      strftime('%Y-%m-%dT%H:%M:%SZ', created_at, 'unixepoch'),
                      strftime('%Y-%m-%dT%H:%M:%SZ', completed_at, 'unixepoch'),
                      CASE status WHEN 'failed' THEN '"error":"Document could not be read"' ELSE
                        printf('"extracted_data":{"vendor":{"name":"Vendor %d","city":"Winterthur"},'
                               || '"invoice_number":"RE-%06d","currency":"CHF","total_amount":%d.%02d}',
                               h % 5000, k % 1000000, h % 10000, k % 100) END)
             END AS body
      FROM (SELECT * FROM fate LIMIT -1)
      LIMIT -1);

UPDATE job
SET (status, model_used, processing_time_nano, cost_nano, confidence_nano, created_at, created_nsec, completed_at,
     completed_nsec, error_code, error_message, http_status, resolved_at, ever_resolved, last_attempt_at, polls,
     last_run, last_answer_id, object_answer_id) =
    (SELECT status, model, time_3 * 1000000, cost_6 * 1000, confidence_4 * 100000, created_at, 0, completed_at,
            iif(completed_at IS NULL, NULL, 0),
            CASE status WHEN 'failed' THEN 'EXTRACTION_FAILED' WHEN 'not_found' THEN 'JOB_NOT_FOUND' END,
            CASE status WHEN 'failed' THEN 'Document could not be read' WHEN 'not_found' THEN 'Job not found' END,
            CASE status WHEN 'not_found' THEN 404 ELSE 200 END,
            iif(status = 'processing', NULL, created_at + 3600), status IN ('completed', 'failed'),
            created_at + 3600, 1, 1, id, iif(status = 'not_found', NULL, id)
     FROM fate WHERE fate.id = job.id);

-- The API knows no time of a job that it does not know.
UPDATE job SET created_at = NULL, created_nsec = NULL WHERE status = 'not_found';

INSERT INTO anomaly (job, field, problem)
SELECT id, 'confidence', 'missing' FROM fate WHERE status = 'completed' AND h % 1000 = 7;

-- What the program keeps in step with the jobs.
DELETE FROM tally;
INSERT INTO tally
SELECT 0, status, count(*), coalesce(sum(cost_nano / 1000000000), 0), coalesce(sum(cost_nano % 1000000000), 0)
FROM job GROUP BY status;
INSERT INTO tally
SELECT source_id, status, count(*), coalesce(sum(cost_nano / 1000000000), 0), coalesce(sum(cost_nano % 1000000000), 0)
FROM source_job JOIN job ON job.id = source_job.job
GROUP BY source_id, status;
INSERT INTO took
SELECT (completed_at - created_at) * 1000000000, count(*) FROM job WHERE status = 'completed' GROUP BY 1;
INSERT INTO took_second SELECT nano / 1000000000, sum(jobs) FROM took GROUP BY 1;
