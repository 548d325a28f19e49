#include "column.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    enum column_kind kind;
    const char *report; /* where the name means something else in another report */
} known[] = {
    /* of a job */
    {"processing_time", COLUMN_SECONDS, NULL},
    {"cost_chf", COLUMN_MONEY, NULL},
    {"confidence", COLUMN_SHARE, NULL},
    {"http_status", COLUMN_COUNT, NULL},
    {"polls", COLUMN_COUNT, NULL},
    {"attempts", COLUMN_COUNT, NULL},
    {"age", COLUMN_COUNT, NULL},
    {"created_at", COLUMN_TIME, NULL},
    {"completed_at", COLUMN_TIME, NULL},
    {"first_seen_at", COLUMN_TIME, NULL},
    {"resolved_at", COLUMN_TIME, NULL},
    {"last_attempt_at", COLUMN_TIME, NULL},
    {"observed_at", COLUMN_TIME, NULL},
    {"date", COLUMN_DATE, NULL},
    /* counts of rows and jobs */
    {"rows", COLUMN_COUNT, NULL},
    {"jobs", COLUMN_COUNT, NULL},
    {"duplicates", COLUMN_COUNT, NULL},
    {"rejected", COLUMN_COUNT, NULL},
    {"new", COLUMN_COUNT, "reconcile"},
    {"pending", COLUMN_COUNT, NULL},
    {"processing", COLUMN_COUNT, NULL},
    {"completed", COLUMN_COUNT, NULL},
    {"failed", COLUMN_COUNT, NULL},
    {"not_found", COLUMN_COUNT, NULL},
    {"error", COLUMN_COUNT, NULL},
    {"compared", COLUMN_COUNT, NULL},
    {"matched", COLUMN_COUNT, NULL},
    {"mismatched", COLUMN_COUNT, NULL},
    {"missing", COLUMN_COUNT, NULL},
    {"compared_jobs", COLUMN_COUNT, NULL},
    /* figures of many jobs */
    {"failure_rate", COLUMN_SHARE, NULL},
    {"accuracy", COLUMN_SHARE, NULL},
    {"bin_low", COLUMN_NUMBER, NULL},
    {"bin_high", COLUMN_NUMBER, NULL},
    {"cost_chf_total", COLUMN_MONEY, NULL},
    {"cost_chf_mean", COLUMN_MONEY, NULL},
    {"processing_time_mean", COLUMN_SECONDS, NULL},
    {"processing_time_p50", COLUMN_SECONDS, NULL},
    {"processing_time_p95", COLUMN_SECONDS, NULL},
    {"processing_time_max", COLUMN_SECONDS, NULL},
    {"confidence_mean", COLUMN_SHARE, NULL},
    {"confidence_min", COLUMN_SHARE, NULL},
    {"oldest_open_created_at", COLUMN_TIME, NULL},
    {"first_created_at", COLUMN_TIME, NULL},
    {"last_created_at", COLUMN_TIME, NULL},
    /* of a source */
    {"ingested_at", COLUMN_TIME, NULL},
    {"line", COLUMN_COUNT, NULL},
    /* of a run; its counts of jobs are named above */
    {"run_id", COLUMN_COUNT, NULL},
    {"started_at", COLUMN_TIME, NULL},
    {"ended_at", COLUMN_TIME, NULL},
    {"requests", COLUMN_COUNT, NULL},
    {"resolved", COLUMN_COUNT, NULL},
    {"errors", COLUMN_COUNT, NULL},
    {"still_open", COLUMN_COUNT, NULL},
    {"retries", COLUMN_COUNT, NULL},
    {"rate_limited", COLUMN_COUNT, NULL},
    {"exit_status", COLUMN_COUNT, NULL},
    /* of an item */
    {"item", COLUMN_COUNT, NULL},
};

enum column_kind column_kind(const char *report, const char *name)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0 &&
            (!known[i].report || !report || strcmp(known[i].report, report) == 0))
            return known[i].kind;
    return COLUMN_TEXT;
}

bool column_is_number(enum column_kind kind)
{
    return kind != COLUMN_TEXT && kind != COLUMN_TIME && kind != COLUMN_DATE;
}
