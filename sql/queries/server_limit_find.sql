SELECT requests, remaining, stated_at, stated_nsec, reset_at, reset_nsec, refill_per_day
FROM server_limit
WHERE base_url = ?1;
