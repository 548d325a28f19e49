AND status IN (SELECT status FROM temp.asked_status)
