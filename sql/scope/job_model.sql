AND coalesce(model_used, '(none)') = (SELECT model FROM temp.asked)
