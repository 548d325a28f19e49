-- Few are that new: else SQLite may prefer a walk through all jobs in the order of their IDs, which spares it a sort.
AND likelihood(created_at >= (SELECT since FROM temp.asked), 0.0001)
AND (created_at > (SELECT since FROM temp.asked) OR created_nsec >= (SELECT since_nsec FROM temp.asked))
