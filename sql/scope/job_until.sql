AND created_at <= (SELECT until FROM temp.asked)
AND (created_at < (SELECT until FROM temp.asked) OR created_nsec < (SELECT until_nsec FROM temp.asked))
