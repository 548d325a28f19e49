SELECT EXISTS (SELECT * FROM (SELECT answer, field, old, new FROM change WHERE job = ?1
                              EXCEPT SELECT answer, field, old, new FROM temp.verify_change)
               UNION ALL
               SELECT * FROM (SELECT answer, field, old, new FROM temp.verify_change
                              EXCEPT SELECT answer, field, old, new FROM change WHERE job = ?1));
