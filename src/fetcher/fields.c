#include "answer.h"

#include "decimal.h"
#include "strbuf.h"

#define MEASURE_BOUND INT64_C(1000000) /* CHF or seconds from which on a value is out of range */
#define CONFIDENCE_BOUND INT64_C(2)    /* what lies above 1 but below this is told apart by its digits */

static const struct {
    const char *snake;
    const char *camel;
} names[FIELD_COUNT] = {
    [FIELD_JOB_ID] = {"job_id", "jobId"},
    [FIELD_STATUS] = {"status", "status"},
    [FIELD_EXTRACTED_DATA] = {"extracted_data", "extractedData"},
    [FIELD_CONFIDENCE] = {"confidence", "confidence"},
    [FIELD_PROCESSING_TIME] = {"processing_time", "processingTime"},
    [FIELD_COST_CHF] = {"cost_chf", "costChf"},
    [FIELD_MODEL_USED] = {"model_used", "modelUsed"},
    [FIELD_ERROR_MESSAGE] = {"error_message", "errorMessage"},
    [FIELD_CREATED_AT] = {"created_at", "createdAt"},
    [FIELD_COMPLETED_AT] = {"completed_at", "completedAt"},
    [FIELD_TRACE_ID] = {"trace_id", "traceId"},
};

enum problem { UNKNOWN_STATUS, WRONG_TYPE, OUT_OF_RANGE, BEFORE_CREATED_AT, MISSING };

static const char *const problem_names[] = {
    [UNKNOWN_STATUS] = "unknown_status", [WRONG_TYPE] = "wrong_type",
    [OUT_OF_RANGE] = "out_of_range",     [BEFORE_CREATED_AT] = "before_created_at",
    [MISSING] = "missing",
};

struct job_object {
    struct json_reader *json;
    const struct json *root;
    struct reading *reading;
    bool out_of_memory;
};

const struct json *field_value(const struct json *object, enum field field)
{
    const struct json *value = json_member(object, names[field].snake);
    if (json_type(value) == JSON_NULL)
        value = json_member(object, names[field].camel);
    return json_type(value) == JSON_NULL ? NULL : value;
}

struct text field_text(const struct json *value)
{
    return json_type(value) == JSON_STRING ? json_text(value) : TEXT_NONE;
}

struct text value_json(struct json_reader *json, const struct json *value)
{
    struct strbuf *out = json_scratch(json);
    if (!out)
        return TEXT_NONE;
    json_write(out, value);
    return out->failed ? TEXT_NONE : (struct text){out->bytes, out->len};
}

/* Text as it is, anything else as JSON text. */
static struct text shown(struct job_object *job, const struct json *value)
{
    if (json_type(value) != JSON_ARRAY && json_type(value) != JSON_OBJECT)
        return json_text(value);
    struct text text = value_json(job->json, value);
    if (!text.bytes)
        job->out_of_memory = true;
    return text;
}

static void note(struct job_object *job, enum field field, enum problem problem, const struct json *value)
{
    struct reading *reading = job->reading;
    reading->anomalies[reading->anomaly_count++] = (struct anomaly){
        .field = names[field].snake,
        .problem = problem_names[problem],
        .value = value ? shown(job, value) : text_of(""),
    };
}

static struct text read_text(struct job_object *job, enum field field)
{
    const struct json *value = field_value(job->root, field);
    if (value && json_type(value) != JSON_STRING)
        note(job, field, WRONG_TYPE, value);
    return field_text(value);
}

/* Rounding must not bring a value into range: -1e-10 is negative though it rounds to 0, -0 is not. */
static bool is_negative(struct text number)
{
    if (number.bytes[0] != '-')
        return false;
    for (size_t i = 1; i < number.len && number.bytes[i] != 'e' && number.bytes[i] != 'E'; i++)
        if (number.bytes[i] >= '1' && number.bytes[i] <= '9')
            return true;
    return false;
}

static void read_measure(struct job_object *job, enum field field, const struct json *value, struct measure *out)
{
    if (json_type(value) != JSON_NUMBER) {
        note(job, field, WRONG_TYPE, value);
        return;
    }
    bool confidence = field == FIELD_CONFIDENCE;
    struct text spelling = json_text(value);
    int64_t nano;
    /* Money is rounded when it is read; of times and confidences only aggregates are, from the exact figures. */
    bool within = field == FIELD_COST_CHF ? decimal_parse(spelling, MEASURE_BOUND, &nano)
                  : decimal_parse_sticky(spelling, confidence ? CONFIDENCE_BOUND : MEASURE_BOUND, &nano);
    if (is_negative(spelling) || !within || (confidence && nano > DECIMAL_ONE)) {
        note(job, field, OUT_OF_RANGE, value);
        return;
    }
    *out = (struct measure){.known = true, .nano = nano, .spelling = spelling};
}

static void read_amount(struct job_object *job, enum field field, struct measure *out)
{
    const struct json *value = field_value(job->root, field);
    if (value)
        read_measure(job, field, value, out);
}

/* One number, or an object of several of which `overall` counts. */
static void read_confidence(struct job_object *job)
{
    const struct json *value = field_value(job->root, FIELD_CONFIDENCE);
    const struct json *overall = json_member(value, "overall");
    if (json_type(overall) == JSON_NUMBER)
        value = overall;
    if (value)
        read_measure(job, FIELD_CONFIDENCE, value, &job->reading->confidence);
}

static void read_moment(struct job_object *job, enum field field, struct moment *out)
{
    const struct json *value = field_value(job->root, field);
    if (!value)
        return;
    out->known = json_type(value) == JSON_STRING && timestamp_parse(json_text(value), &out->at);
    if (!out->known)
        note(job, field, WRONG_TYPE, value);
}

static void read_moments(struct job_object *job)
{
    struct moment *created = &job->reading->created_at;
    struct moment *completed = &job->reading->completed_at;
    read_moment(job, FIELD_CREATED_AT, created);
    read_moment(job, FIELD_COMPLETED_AT, completed);
    if (created->known && completed->known && timestamp_compare(completed->at, created->at) < 0)
        note(job, FIELD_COMPLETED_AT, BEFORE_CREATED_AT, field_value(job->root, FIELD_COMPLETED_AT));
}

/* The API's four words. The ledger's other states, though statuses of ours, are unknown words in its mouth. */
static void read_status(struct job_object *job)
{
    const struct json *value = field_value(job->root, FIELD_STATUS);
    enum job_status status;
    if (job_status_parse(json_text(value), &status) && status >= JOB_PENDING && status <= JOB_FAILED) {
        job->reading->status = status;
        return;
    }
    job->reading->status = JOB_PROCESSING;
    note(job, FIELD_STATUS, UNKNOWN_STATUS, value);
}

static void note_missing(struct job_object *job)
{
    static const enum field due[] = {FIELD_EXTRACTED_DATA, FIELD_COST_CHF, FIELD_MODEL_USED, FIELD_PROCESSING_TIME};
    for (size_t i = 0; i < sizeof due / sizeof *due; i++)
        if (!field_value(job->root, due[i]))
            note(job, due[i], MISSING, NULL);
}

bool fields_read(struct json_reader *json, const struct json *root, struct reading *reading)
{
    struct job_object job = {.json = json, .root = root, .reading = reading};
    read_status(&job);
    reading->model_used = read_text(&job, FIELD_MODEL_USED);
    read_amount(&job, FIELD_PROCESSING_TIME, &reading->processing_time);
    read_amount(&job, FIELD_COST_CHF, &reading->cost_chf);
    read_confidence(&job);
    read_moments(&job);
    if (reading->status == JOB_COMPLETED)
        note_missing(&job);
    if (reading->status == JOB_FAILED) {
        reading->error_code = text_of("EXTRACTION_FAILED");
        reading->error_message = read_text(&job, FIELD_ERROR_MESSAGE);
    }
    return !job.out_of_memory;
}
