SELECT count(*) FROM temp.selected;
