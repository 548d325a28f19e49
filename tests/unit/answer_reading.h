/* What the tests of answers share. */
#ifndef JOBLEDGER_TESTS_ANSWER_READING_H
#define JOBLEDGER_TESTS_ANSWER_READING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fetcher.h"
#include "strbuf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define JOB "job_abc123def456"
#define KEY "ak_live/0123456789"
#define FFFD "\xEF\xBF\xBD"
#define OBJECT(members) "{\"success\":true,\"job_id\":\"" JOB "\"" members "}"

static inline int make_reader(void **state)
{
    *state = json_reader_new();
    return *state ? 0 : -1;
}

static inline int free_reader(void **state)
{
    json_reader_free(*state);
    return 0;
}

static inline struct reading read_bytes(struct json_reader *json, int http_status, struct text body)
{
    struct answer answer = {.http_status = http_status, .body = body, .server_ms = -1};
    struct reading reading;
    memset(&reading, 0xA5, sizeof reading); /* whatever stood there must not shine through */
    answer_read(json, JOB, &answer, KEY, &reading);
    return reading;
}

static inline struct reading read_body(struct json_reader *json, int http_status, const char *body)
{
    return read_bytes(json, http_status, text_of(body));
}

/* expected NULL: absent */
static inline void assert_text(struct text actual, const char *expected, const char *where)
{
    if (expected ? text_is(actual, expected) : actual.bytes == NULL)
        return;
    fail_msg("%s: \"%.*s\" instead of \"%s\"", where, (int)actual.len, actual.bytes ? actual.bytes : "",
             expected ? expected : "(none)");
}

static inline void assert_empty(const struct reading *reading, const char *where)
{
    assert_text(reading->model_used, NULL, where);
    assert_false(reading->processing_time.known || reading->cost_chf.known || reading->confidence.known);
    assert_false(reading->created_at.known || reading->completed_at.known);
    assert_int_equal(reading->anomaly_count, 0);
}

#endif
