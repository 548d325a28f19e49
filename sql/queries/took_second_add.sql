INSERT INTO took_second (second, jobs) VALUES (?1, max(?2, 0)) ON CONFLICT (second) DO UPDATE SET jobs = jobs + ?2;
