/* Any answer has a meaning that holds together, and the repaired form of a body means the same as the body. The
 * first two bytes choose the HTTP status, the rest is the body. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "fetcher.h"

#define JOB "job_abc123def456"
#define KEY "secret-key"
#define STATUS_BYTES 2u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
    if (!holds)
        abort();
}

static void check_text(struct text text)
{
    must(utf8_valid_prefix(text.bytes, text.len) == text.len);
    must(text.len == 0 || !memchr(text.bytes, '\0', text.len));
}

static void check_measure(const struct measure *measure, int64_t most)
{
    if (!measure->known)
        return;
    must(measure->nano >= 0 && measure->nano <= most);
    check_text(measure->spelling);
}

static void check(const struct reading *reading)
{
    const struct text texts[] = {reading->error_code, reading->error_message, reading->trace_id, reading->model_used,
                                 reading->repaired};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_text(texts[i]);
    must(reading->anomaly_count <= ANOMALIES_MAX);
    for (size_t i = 0; i < reading->anomaly_count; i++) {
        must(reading->anomalies[i].value.bytes != NULL);
        check_text(reading->anomalies[i].value);
        for (size_t j = 0; j < i; j++)
            must(strcmp(reading->anomalies[i].field, reading->anomalies[j].field) != 0);
    }
    check_measure(&reading->cost_chf, 1000000 * DECIMAL_ONE - 1);
    check_measure(&reading->processing_time, 1000000 * DECIMAL_ONE - 1);
    check_measure(&reading->confidence, DECIMAL_ONE);
    must(reading->outcome == OUTCOME_JOB || (reading->anomaly_count == 0 && !reading->model_used.bytes));
    must(reading->outcome == OUTCOME_JOB || reading->error_code.len > 0);
    must(reading->outcome != OUTCOME_BAD || reading->status == JOB_NEW);
    must(!reading->holds_key || !reading->repaired.bytes);
}

static void check_same(const struct reading *a, const struct reading *b)
{
    must(a->outcome == b->outcome && a->status == b->status && a->anomaly_count == b->anomaly_count);
    must(a->cost_chf.known == b->cost_chf.known && a->cost_chf.nano == b->cost_chf.nano);
    must(a->created_at.known == b->created_at.known && a->completed_at.known == b->completed_at.known);
    must(!b->repaired.bytes && !b->holds_key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 401, 403, 404, 408, 429, 500};
    static struct json_reader *json;
    if (!json)
        json = json_reader_new();
    if (size < STATUS_BYTES)
        return 0;
    /* Mostly the statuses that read the body, now and then any other. */
    int status = data[0] == 0xFF ? data[1] * 4 : statuses[data[0] % (sizeof statuses / sizeof *statuses)];
    struct answer answer = {.http_status = status,
                            .body = {(const char *)data + STATUS_BYTES, size - STATUS_BYTES}};
    struct reading reading;
    answer_read(json, JOB, &answer, KEY, &reading);
    check(&reading);
    if (!reading.repaired.bytes)
        return 0;
    char *repaired = malloc(reading.repaired.len + 1);
    must(repaired != NULL);
    memcpy(repaired, reading.repaired.bytes, reading.repaired.len);
    answer.body = (struct text){repaired, reading.repaired.len};
    struct reading again;
    answer_read(json, JOB, &answer, KEY, &again);
    check(&again);
    check_same(&reading, &again);
    free(repaired);
    return 0;
}
