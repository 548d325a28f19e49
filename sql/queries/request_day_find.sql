SELECT requests FROM request_day WHERE day = ?1;
