SELECT EXISTS (SELECT * FROM (SELECT field, expected, extracted, outcome FROM verdict WHERE job = ?1
                              EXCEPT SELECT field, expected, extracted, outcome FROM temp.verify_verdict)
               UNION ALL
               SELECT * FROM (SELECT field, expected, extracted, outcome FROM temp.verify_verdict
                              EXCEPT SELECT field, expected, extracted, outcome FROM verdict WHERE job = ?1));
