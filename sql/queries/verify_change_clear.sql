DELETE FROM temp.verify_change;
