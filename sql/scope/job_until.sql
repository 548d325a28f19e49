-- Few are that old, likewise.
AND likelihood(created_at <= (SELECT until FROM temp.asked), 0.0001)
AND (created_at < (SELECT until FROM temp.asked) OR created_nsec < (SELECT until_nsec FROM temp.asked))
