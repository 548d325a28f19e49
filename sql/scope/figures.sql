-- What SQLite would work out with two sorts of all jobs, from the program's one pass over them.
CREATE TEMP VIEW model_totals AS
SELECT label, model, jobs, completed, failed, costs, cost, times, seconds, rests, time_p50, time_p95, time_max,
       confidences, confidence, confidence_min
FROM figures_of_models;
CREATE TEMP VIEW day_totals AS
SELECT label, coalesce(strftime('%Y-%m-%d', day * 86400, 'unixepoch'), '') AS day, model, jobs, completed, failed, cost,
       times, seconds, rests, time_p95
FROM figures_of_days;
