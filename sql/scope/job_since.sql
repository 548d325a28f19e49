AND created_at >= (SELECT since FROM temp.asked)
AND (created_at > (SELECT since FROM temp.asked) OR created_nsec >= (SELECT since_nsec FROM temp.asked))
