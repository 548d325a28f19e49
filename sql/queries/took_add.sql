INSERT INTO took (nano, jobs) VALUES (?1, max(?2, 0)) ON CONFLICT (nano) DO UPDATE SET jobs = jobs + ?2;
