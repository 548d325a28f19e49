/* Ground truth held against extracted data: pure. */
#ifndef JOBLEDGER_STORE_JUDGE_H
#define JOBLEDGER_STORE_JUDGE_H

#include "json.h"
#include "strbuf.h"
#include "text.h"

enum verdict { VERDICT_MATCHED, VERDICT_MISMATCHED, VERDICT_MISSING };

/* Holds what is expected at the path against the data there. *extracted: that as text, arrays and objects as JSON in scratch;
 * TEXT_NONE where it is missing. A failed allocation is left to scratch->failed. */
enum verdict judge(struct text expected, const struct json *data, struct text path, struct strbuf *scratch,
                   struct text *extracted);

#endif
