SELECT id, link FROM answer ORDER BY id DESC LIMIT 1;
