-- Extracted data taken apart, for the views extracted and items: everything in it, with its path. In keys a dot, a [ or
-- a backslash gets a backslash before it. `document -> path` keeps the spelling of numbers, which json_each.value does
-- not.
WITH RECURSIVE
data AS (
  SELECT job_id,
         coalesce(nullif(document -> '$.extracted_data', 'null'), document -> '$.extractedData') AS json
  FROM documents
  WHERE json_valid(document)
),
node (job_id, array, item, field, path, is_root, is_element, type, value) AS (
  -- array and item: the innermost array of objects that it is in, and the object's number there; field: the path in
  -- that object.
  SELECT job_id, NULL, NULL, '', '', true, false, json_type(json),
         CASE json_type(json) WHEN 'text' THEN json_extract(json, '$') ELSE json END
  FROM data
  WHERE json <> 'null'
  UNION ALL
  SELECT node.job_id,
         CASE WHEN node.type = 'array' AND part.type = 'object' THEN node.path ELSE node.array END,
         CASE WHEN node.type = 'array' AND part.type = 'object' THEN part.key + 1 ELSE node.item END,
         CASE WHEN node.type = 'object'
              THEN node.field || CASE WHEN node.is_root OR (node.is_element AND node.field = '') THEN '' ELSE '.' END
                   || replace(replace(replace(part.key, '\', '\\'), '.', '\.'), '[', '\[')
              WHEN part.type = 'object' THEN ''
              ELSE node.field END,
         CASE WHEN node.type = 'object'
              THEN node.path || CASE WHEN node.is_root THEN '' ELSE '.' END
                   || replace(replace(replace(part.key, '\', '\\'), '.', '\.'), '[', '\[')
              ELSE node.path || '[' || (part.key + 1) || ']' END,
         false,
         node.type = 'array',
         part.type,
         CASE WHEN part.type IN ('integer', 'real') THEN coalesce(node.value -> part.fullkey, part.value)
              WHEN part.type IN ('true', 'false') THEN part.type
              ELSE part.value END
  FROM node
  JOIN json_each(node.value) AS part
  WHERE node.type IN ('object', 'array') AND (node.type = 'object' OR part.type IN ('object', 'array'))
)
SELECT job_id, array, item, field, path, value,
       -- What has a column of its own: scalars, and arrays that are not made of objects alone.
       NOT is_element AND type <> 'object'
       AND (type <> 'array' OR value = '[]'
            OR EXISTS (SELECT 1 FROM json_each(node.value) AS element WHERE element.type <> 'object')) AS is_value
FROM node;
