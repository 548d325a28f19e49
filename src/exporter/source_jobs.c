#include <stdlib.h>

#include "decimal.h"
#include "labels.h"
#include "source.h"
#include "table.h"

/* The report's columns, as sql/reports/jobs.sql has them. */
enum place {
    JOB_ID, STATUS, MODEL_USED, PROCESSING_TIME, COST_CHF, CONFIDENCE, ERROR_CODE, ERROR_MESSAGE, HTTP_STATUS,
    CREATED_AT, COMPLETED_AT, FIRST_SEEN_AT, RESOLVED_AT, POLLS, FIXED_COUNT,
};

/* The job in hand is written when the next one begins: until then its sources may have more to say. */
struct jobs {
    struct writer *writer;
    struct labels *labels;
    struct table table;
    struct strbuf bytes; /* of its cells, one behind the other */
    bool any;
};

static enum result write_job(struct jobs *jobs, struct error *err)
{
    if (!jobs->any)
        return RESULT_OK;
    struct table *table = &jobs->table;
    const char *at = jobs->bytes.bytes;
    for (size_t i = 0; i < FIXED_COUNT; i++) {
        table->cells[i].text.bytes = table->cells[i].kind == CELL_NULL ? NULL : at;
        at += table->cells[i].text.len;
    }
    labels_cells(jobs->labels, table->cells + FIXED_COUNT);
    return jobs->writer->row(jobs->writer, table->cells, table->count, err);
}

/* The bytes may still move: only write_job() knows their place. */
static void put(struct jobs *jobs, enum place place, enum cell_kind kind, struct text text)
{
    jobs->table.cells[place] = (struct cell){kind, {NULL, text.len}};
    strbuf_append(&jobs->bytes, text.bytes, text.len);
}

static void put_text(struct jobs *jobs, enum place place, struct text text)
{
    put(jobs, place, text.bytes ? CELL_TEXT : CELL_NULL, text);
}

static void put_measure(struct jobs *jobs, enum place place, const struct measure *measure, bool money)
{
    char text[DECIMAL_TEXT_MAX];
    struct text digits = measure->spelling;
    if (!digits.bytes)
        digits = (struct text){text, (money ? decimal_format_money : decimal_format)(measure->nano, text)};
    if (measure->known)
        put(jobs, place, CELL_NUMBER, digits);
    else
        put(jobs, place, CELL_NULL, TEXT_NONE);
}

static void put_moment(struct jobs *jobs, enum place place, const struct moment *moment)
{
    char text[TIMESTAMP_TEXT_MAX];
    if (moment->known)
        put(jobs, place, CELL_TIME, (struct text){text, timestamp_format(moment->at, text)});
    else
        put(jobs, place, CELL_NULL, TEXT_NONE);
}

static void put_count(struct jobs *jobs, enum place place, int64_t count)
{
    size_t start = jobs->bytes.len;
    strbuf_put_int(&jobs->bytes, count);
    jobs->table.cells[place] = (struct cell){CELL_NUMBER, {NULL, jobs->bytes.len - start}};
}

static void put_job(struct jobs *jobs, const struct store_job_row *row)
{
    strbuf_clear(&jobs->bytes);
    put_text(jobs, JOB_ID, row->job_id);
    put_text(jobs, STATUS, row->status);
    put_text(jobs, MODEL_USED, row->model_used);
    put_measure(jobs, PROCESSING_TIME, &row->processing_time, false);
    put_measure(jobs, COST_CHF, &row->cost_chf, true);
    put_measure(jobs, CONFIDENCE, &row->confidence, false);
    put_text(jobs, ERROR_CODE, row->error_code);
    put_text(jobs, ERROR_MESSAGE, row->error_message);
    if (row->http_status)
        put_count(jobs, HTTP_STATUS, row->http_status);
    else
        put(jobs, HTTP_STATUS, CELL_NULL, TEXT_NONE);
    put_moment(jobs, CREATED_AT, &row->created_at);
    put_moment(jobs, COMPLETED_AT, &row->completed_at);
    put_moment(jobs, FIRST_SEEN_AT, &row->first_seen_at);
    put_moment(jobs, RESOLVED_AT, &row->resolved_at);
    put_count(jobs, POLLS, row->polls);
    labels_begin(jobs->labels);
}

static bool is_in_hand(const struct jobs *jobs, struct text job_id)
{
    size_t len = jobs->table.cells[JOB_ID].text.len;
    return jobs->any && text_equal(job_id, (struct text){jobs->bytes.bytes, len});
}

static enum result take_row(void *ctx, const struct store_job_row *row, struct error *err)
{
    struct jobs *jobs = ctx;
    enum result result = RESULT_OK;
    if (!is_in_hand(jobs, row->job_id)) {
        result = write_job(jobs, err);
        put_job(jobs, row);
        jobs->any = true;
    }
    if (result == RESULT_OK && jobs->bytes.failed)
        result = error_memory(err);
    return result == RESULT_OK && row->cells.bytes
               ? labels_take(jobs->labels, row->source_id, row->cells, row->job_id, err)
               : result;
}

enum result source_jobs(struct store *store, const struct report_query *query, struct writer *writer, struct error *err)
{
    struct jobs jobs = {.writer = writer};
    struct table *table = &jobs.table;
    enum result result = labels_open(store, &jobs.labels, err);
    if (result == RESULT_OK)
        result = table_open(table, store, query, 0, labels_count(jobs.labels), err);
    for (size_t i = table->fixed; result == RESULT_OK && i < table->count; i++)
        table->columns[i].name = labels_column(jobs.labels, i - table->fixed);
    if (result == RESULT_OK)
        result = writer->begin(writer, query->report->name, table->columns, table->count, err);
    if (result == RESULT_OK)
        result = store_each_job(store, take_row, &jobs, err);
    if (result == RESULT_OK)
        result = write_job(&jobs, err);
    strbuf_free(&jobs.bytes);
    table_close(table);
    labels_close(jobs.labels);
    return result;
}
