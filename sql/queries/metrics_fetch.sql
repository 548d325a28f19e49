-- The newest fetch, which may be under way.
SELECT started_at, requests, retries, rate_limited FROM run ORDER BY id DESC LIMIT 1;
