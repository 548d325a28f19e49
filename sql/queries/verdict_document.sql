-- The answer that ground truth of a completed job is held against.
SELECT document FROM documents WHERE job = ?1;
