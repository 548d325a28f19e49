INSERT INTO request_day (day, requests) VALUES (?1, ?2)
ON CONFLICT (day) DO UPDATE SET requests = requests + excluded.requests;
