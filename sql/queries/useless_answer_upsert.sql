INSERT INTO useless_answer (job, received_at, http_status, request_id, body)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (job) DO UPDATE
SET received_at = excluded.received_at, http_status = excluded.http_status,
    request_id = excluded.request_id, body = excluded.body;
