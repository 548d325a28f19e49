-- Requests were sent, but the run ended before they came to anything.
UPDATE job SET polls = polls + ?2, attempts = attempts + ?2 WHERE id = ?1;
