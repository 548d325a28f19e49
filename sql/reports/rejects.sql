-- Every row that was not taken in, and why.
SELECT source.name AS source,
       reject.line,
       reject.value,
       reject.reason
FROM source
JOIN reject ON reject.source_id = source.id
ORDER BY source.id, reject.line;
