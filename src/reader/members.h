/* What an object of a JSON file says: which of its members is the job ID, and what the others are called. Pure. */
#ifndef JOBLEDGER_READER_MEMBERS_H
#define JOBLEDGER_READER_MEMBERS_H

#include <stdbool.h>

#include "json.h"

/* The member that holds the job ID, or an array of them: the one named `wanted`, else in any letter case job_ids or
 * jobIds; where wanted is TEXT_NONE job_id, jobId, job_ids, jobIds or id, in this order. False: there is none. */
bool reader_members_id(const struct json *object, struct text wanted, struct json_members *id);

/* The next label or ground truth of the object that `it` walks, and the name of its column: every other member, but
 * beside an array of IDs not what the batch endpoint says of its own answer; there batchId is called batch_id. */
bool reader_members_next(struct json_members *it, const struct json_members *id, struct text *name);

/* The value as a cell: text as it is, numbers as spelled, null empty, arrays and objects as compact JSON. TEXT_NONE:
 * out of memory. Valid until the next json_read(). */
struct text reader_members_cell(struct json_reader *json, const struct json *value);

#endif
