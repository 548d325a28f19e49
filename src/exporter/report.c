#include <string.h>

#include "exporter.h"
#include "source.h"

static const struct report reports[] = {
    {"jobs", "every job with its labels", NULL, NULL},
    {"models", "cost, time, confidence and failures by model", NULL, NULL},
    {"daily", "the same by day and model", NULL, NULL},
    {"failures", "jobs that came to no result, and why", NULL, NULL},
    {"failure-causes", "those by cause, the most frequent first", NULL, NULL},
    {"extracted", "extracted data, one column for each field", NULL, NULL},
    {"items", "the objects in its arrays, such as invoice lines, one row each", NULL, NULL},
    {"reconcile", "what became of the rows of each source", NULL, NULL},
    {"rejects", "rows that were not taken in, and why", NULL, NULL},
    {"review", "completed jobs of low or unknown confidence", NULL, NULL},
    {"anomalies", "oddities in answers, one for a job and field", NULL, NULL},
    {"accuracy", "how often ground truth was met, by field and model", NULL, NULL},
    {"mismatches", "where it was not", NULL, NULL},
    {"calibration", "whether jobs are as often right as the model is sure of them", NULL, NULL},
    {"stale", "open jobs that are older than they should be", NULL, NULL},
    {"changes", "what later answers changed of resolved jobs", NULL, NULL},
    {"runs", "each fetch, and what it came to", NULL, NULL},
};

#define REPORT_COUNT (sizeof reports / sizeof reports[0])

/* How each is read, in the same order. */
static const struct {
    const char *sql;
    row_source *write;
    enum store_scope scope;
    const char *by_label; /* its SELECT where --by is given */
} readings[REPORT_COUNT] = {
    {"reports/jobs", source_jobs, STORE_SCOPE_JOBS, NULL},
    {"reports/models", source_plain, STORE_SCOPE_FIGURES, "queries/models_by_label"},
    {"reports/daily", source_plain, STORE_SCOPE_FIGURES, "queries/daily_by_label"},
    {"reports/failures", source_plain, STORE_SCOPE_JOBS, NULL},
    {"reports/failure-causes", source_plain, STORE_SCOPE_JOBS, NULL},
    {"reports/extracted", source_extracted, STORE_SCOPE_JOBS, NULL},
    {"reports/items", source_items, STORE_SCOPE_JOBS, NULL},
    {"reports/reconcile", source_plain, STORE_SCOPE_SOURCES, NULL},
    {"reports/rejects", source_plain, STORE_SCOPE_SOURCES, NULL},
    {"reports/review", source_labelled, STORE_SCOPE_JOBS, NULL},
    {"reports/anomalies", source_plain, STORE_SCOPE_JOBS, NULL},
    {"reports/accuracy", source_plain, STORE_SCOPE_JOBS, NULL},
    {"reports/mismatches", source_plain, STORE_SCOPE_JOBS, NULL},
    {"reports/calibration", source_plain, STORE_SCOPE_JOBS, NULL},
    {"reports/stale", source_plain, STORE_SCOPE_JOBS, NULL},
    {"reports/changes", source_plain, STORE_SCOPE_JOBS, NULL},
    {"reports/runs", source_plain, STORE_SCOPE_ALL, NULL},
};

size_t export_reports(const struct report **all)
{
    *all = reports;
    return REPORT_COUNT;
}

const struct report *export_report(const char *name)
{
    for (size_t i = 0; i < REPORT_COUNT; i++)
        if (strcmp(reports[i].name, name) == 0)
            return &reports[i];
    return NULL;
}

const char *export_suffix(enum export_format format)
{
    static const char *const suffixes[] = {
        [EXPORT_CSV] = "csv", [EXPORT_TSV] = "tsv", [EXPORT_JSONL] = "jsonl", [EXPORT_XLSX] = "xlsx"};
    return suffixes[format];
}

bool export_holds_many(enum export_format format)
{
    return format == EXPORT_XLSX;
}

static enum result check_options(const struct export_options *options, struct error *err)
{
    unsigned char c = (unsigned char)options->delimiter;
    if (c == '\0' || c == '"' || c == '\r' || c == '\n' || c > 0x7F)
        return error_set(err, RESULT_USAGE,
                         "the delimiter must be one ASCII character other than a quote or a line end");
    return RESULT_OK;
}

/* SQLite says only that an integer overflowed. Of what the reports add up, only money can. */
static void explain_overflow(const struct report *report, struct error *err)
{
    static const char words[] = ": integer overflow";
    size_t len = err ? strlen(err->text) : 0;
    if (len >= sizeof words - 1 && strcmp(err->text + len - (sizeof words - 1), words) == 0)
        error_set(err, RESULT_LEDGER,
                  "report %s: a total is beyond 9000000000 CHF, more than is added up exactly; the report jobs shows "
                  "what each job is said to cost", report->name);
}

static enum result read_report(struct store *store, const struct report *report, const struct export_options *options,
                               struct writer *writer, struct error *err)
{
    struct report_query query = {report, NULL, options};
    row_source *write = source_plain;
    enum store_scope scope = STORE_SCOPE_JOBS;
    if (!report->sql) {
        size_t i = (size_t)(report - reports);
        bool by_label = options->by && readings[i].by_label;
        query.sql = by_label ? readings[i].by_label : readings[i].sql;
        write = by_label ? source_grouped : readings[i].write;
        scope = readings[i].scope;
    }
    enum result result = store_scope(store, scope, err);
    if (result == RESULT_OK)
        result = write(store, &query, writer, err);
    if (result == RESULT_LEDGER)
        explain_overflow(report, err);
    return result;
}

static enum result write_reports(struct store *store, const struct report *report, size_t count,
                                 const struct export_options *options, struct writer *writer, struct error *err)
{
    enum result result = store_snapshot_begin(store, err);
    if (result != RESULT_OK)
        return result;
    for (size_t i = 0; result == RESULT_OK && i < count; i++)
        result = read_report(store, &report[i], options, writer, err);
    store_snapshot_end(store);
    return result == RESULT_OK ? writer->finish(writer, err) : result;
}

static struct writer *new_writer(FILE *out, const struct export_options *options)
{
    switch (options->format) {
    case EXPORT_CSV:
    case EXPORT_TSV:
        return csv_writer_new(out, options);
    case EXPORT_JSONL:
        return jsonl_writer_new(out, options);
    case EXPORT_XLSX:
        return xlsx_writer_new(out, options);
    }
    return NULL;
}

enum result export_write(struct store *store, const struct report *report, size_t count,
                         const struct export_options *options, FILE *out, struct error *err)
{
    enum result result = check_options(options, err);
    if (result != RESULT_OK)
        return result;
    struct writer *writer = new_writer(out, options);
    if (!writer)
        return error_memory(err);
    result = write_reports(store, report, count, options, writer, err);
    writer->free(writer);
    return result;
}
