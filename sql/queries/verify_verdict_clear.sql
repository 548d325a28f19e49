DELETE FROM temp.verify_verdict;
