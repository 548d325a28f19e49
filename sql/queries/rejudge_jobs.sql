SELECT job FROM temp.rejudge ORDER BY job;
