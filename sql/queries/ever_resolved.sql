SELECT EXISTS (SELECT 1 FROM run WHERE completed > 0 OR failed > 0);
