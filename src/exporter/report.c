#include <string.h>

#include "exporter.h"
#include "source.h"

enum report_id {
    REPORT_JOBS,
    REPORT_MODELS,
    REPORT_DAILY,
    REPORT_FAILURES,
    REPORT_FAILURE_CAUSES,
    REPORT_EXTRACTED,
    REPORT_RECONCILE,
    REPORT_REJECTS,
    REPORT_ANOMALIES,
    REPORT_RUNS,
    REPORT_COUNT
};

static const struct report reports[REPORT_COUNT] = {
    [REPORT_JOBS] = {"jobs", "every job with its labels"},
    [REPORT_MODELS] = {"models", "cost, time and confidence by model"},
    [REPORT_DAILY] = {"daily", "the same by day and model"},
    [REPORT_FAILURES] = {"failures", "jobs that came to no result, and why"},
    [REPORT_FAILURE_CAUSES] = {"failure-causes", "those by cause, the most frequent first"},
    [REPORT_EXTRACTED] = {"extracted", "extracted data, one column for each field"},
    [REPORT_RECONCILE] = {"reconcile", "what became of the rows of each source"},
    [REPORT_REJECTS] = {"rejects", "rows that were not taken in, and why"},
    [REPORT_ANOMALIES] = {"anomalies", "oddities in answers, one for a job and field"},
    [REPORT_RUNS] = {"runs", "each fetch, and what it came to"},
};

static const struct {
    struct report_query query;
    row_source *write;
} sources[REPORT_COUNT] = {
    [REPORT_JOBS] = {{"jobs", "reports/jobs"}, source_labelled},
    [REPORT_MODELS] = {{"models", "reports/models"}, source_plain},
    [REPORT_DAILY] = {{"daily", "reports/daily"}, source_plain},
    [REPORT_FAILURES] = {{"failures", "reports/failures"}, source_plain},
    [REPORT_FAILURE_CAUSES] = {{"failure-causes", "reports/failure-causes"}, source_plain},
    [REPORT_EXTRACTED] = {{"extracted", "reports/extracted"}, source_extracted},
    [REPORT_RECONCILE] = {{"reconcile", "reports/reconcile"}, source_plain},
    [REPORT_REJECTS] = {{"rejects", "reports/rejects"}, source_plain},
    [REPORT_ANOMALIES] = {{"anomalies", "reports/anomalies"}, source_plain},
    [REPORT_RUNS] = {{"runs", "reports/runs"}, source_plain},
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
    static const char *const suffixes[] = {[EXPORT_CSV] = "csv", [EXPORT_TSV] = "tsv", [EXPORT_JSONL] = "jsonl"};
    return suffixes[format];
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

static enum result write_report(struct store *store, const struct report *report, struct writer *writer,
                                struct error *err)
{
    size_t id = (size_t)(report - reports);
    enum result result = store_snapshot_begin(store, err);
    if (result != RESULT_OK)
        return result;
    result = sources[id].write(store, &sources[id].query, writer, err);
    store_snapshot_end(store);
    if (result == RESULT_LEDGER)
        explain_overflow(report, err);
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
    }
    return NULL;
}

enum result export_write(struct store *store, const struct report *report, const struct export_options *options,
                         FILE *out, struct error *err)
{
    enum result result = check_options(options, err);
    if (result != RESULT_OK)
        return result;
    struct writer *writer = new_writer(out, options);
    if (!writer)
        return error_memory(err);
    result = write_report(store, report, writer, err);
    writer->free(writer);
    return result;
}
