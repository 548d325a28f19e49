INSERT INTO server_limit (base_url, requests, remaining, stated_at, stated_nsec, reset_at, reset_nsec, refill_per_day)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (base_url) DO UPDATE
SET requests = excluded.requests, remaining = excluded.remaining,
    stated_at = excluded.stated_at, stated_nsec = excluded.stated_nsec,
    reset_at = excluded.reset_at, reset_nsec = excluded.reset_nsec, refill_per_day = excluded.refill_per_day;
