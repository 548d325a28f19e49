/* The parts of an answer's body: the job object's fields and the error envelope. Private to answer_read(). */
#ifndef JOBLEDGER_ANSWER_H
#define JOBLEDGER_ANSWER_H

#include <stdbool.h>

#include "job.h"
#include "json.h"

/* Names that the API spells in snake_case or camelCase. */
enum field {
    FIELD_JOB_ID,
    FIELD_STATUS,
    FIELD_EXTRACTED_DATA,
    FIELD_CONFIDENCE,
    FIELD_PROCESSING_TIME,
    FIELD_COST_CHF,
    FIELD_MODEL_USED,
    FIELD_ERROR_MESSAGE,
    FIELD_CREATED_AT,
    FIELD_COMPLETED_AT,
    FIELD_TRACE_ID,
    FIELD_COUNT
};

/* The field's value, NULL where it is null or absent in both spellings; snake_case goes first. */
const struct json *field_value(const struct json *object, enum field field);

/* A string's text, TEXT_NONE of anything else. */
struct text field_text(const struct json *value);

/* The value as compact JSON that lives as long as the document; TEXT_NONE where memory runs out. */
struct text value_json(struct json_reader *json, const struct json *value);

/* Reads the job object into reading: status, optional fields, anomalies, the error of a failed job. Its `status`
 * must be text. False where memory runs out. */
bool fields_read(struct json_reader *json, const struct json *job, struct reading *reading);

/* The vendor's envelope around an error: a JSON object whose `error` is an object with a text `code`. */
struct envelope {
    bool present;
    struct text code;
    struct text message;  /* TEXT_NONE where it is not text; so are the others */
    struct text trace_id;
    struct text job_id;   /* of `details` */
};

struct envelope envelope_read(const struct json *root); /* root may be NULL */

#endif
