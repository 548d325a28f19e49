INSERT INTO answer (job, run, received_at, http_status, request_id, server_ms, sha256, body, repaired, link)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);
