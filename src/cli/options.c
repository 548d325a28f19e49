#include "options.h"

#include <string.h>

#define BASE_URL "https://api.aitronos.com"
#define COMMAND(id) (1u << (COMMAND_##id))
#define READS (COMMAND(INGEST) | COMMAND(RUN))
#define FETCHES (COMMAND(FETCH) | COMMAND(RUN))
#define EXPORTS (COMMAND(EXPORT) | COMMAND(RUN))
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SETTING(field) offsetof(struct cli, settings.field)

const struct option options[] = {
    {'\0', "dir", VALUE_REQUIRED, "DIR", READS, set_dir, 0, 0, 0,
     "read each file in the folder, but hidden ones, *~, *.tmp and *.part; may be repeated", .repeats = true},
    {'\0', "id-column", VALUE_REQUIRED, "NAME|NUMBER", READS, set_text, SETTING(reader.id_column), 0, 0,
     "the column of job IDs, in JSON the member NAME (default: job_id or id)"},
    {'\0', "no-header", VALUE_NONE, NULL, READS, set_flag, SETTING(reader.no_header), 0, 0,
     "the first row of CSV is data"},
    {'\0', "delimiter", VALUE_REQUIRED, "CHAR|WORD", READS, set_delimiter, 0, 0, 0,
     "of CSV: comma, semicolon, tab, pipe or auto (default)",
     .preset = "auto", .words = WORDS("comma", "semicolon", "tab", "pipe", "auto")},
    {'\0', "encoding", VALUE_REQUIRED, "NAME", READS, set_encoding, 0, 0, 0,
     "of CSV: windows-1252, utf-16, ... (default UTF-8)", .preset = "UTF-8"},
    {'\0', "strict", VALUE_NONE, NULL, READS, set_flag, SETTING(strict), 0, 0,
     "one rejected row fails its file"},
    {'\0', "again", VALUE_NONE, NULL, READS, set_flag, SETTING(again), 0, 0,
     "read files anew that were ingested before"},
    {'\0', "dry-run", VALUE_NONE, NULL, READS | FETCHES | COMMAND(PRUNE), set_flag, SETTING(dry_run), 0, 0,
     "say what would be done, and keep nothing"},

    {'\0', "base-url", VALUE_REQUIRED, "URL", FETCHES, set_base_url, 0, 0, 0,
     "of the API (else $FREDDY_BASE_URL, else " BASE_URL ")", .preset = BASE_URL},
    {'\0', "api-key-file", VALUE_REQUIRED, "FILE", FETCHES, set_text, SETTING(api_key_file), 0, 0,
     "holds the key (else $FREDDY_API_KEY, else the file freddy_api_key in $CREDENTIALS_DIRECTORY)"},
    {'\0', "auth", VALUE_REQUIRED, "HEADER", FETCHES, set_auth, 0, 0, 0,
     "how the key is sent: x-api-key (default), api-key or bearer",
     .preset = "x-api-key", .words = WORDS("x-api-key", "api-key", "bearer")},
    {'j', "parallel", VALUE_REQUIRED, "N", FETCHES, set_int, SETTING(fetch.parallel), 1, FETCH_PARALLEL_MAX,
     "requests under way at once (default 8)", .preset = "8"},
    {'\0', "retries", VALUE_REQUIRED, "N", FETCHES, set_int, SETTING(fetch.retries), 0, 100,
     "of one job, where an answer is of no use (default 5)", .preset = "5"},
    {'\0', "timeout", VALUE_REQUIRED, "SEC", FETCHES, set_seconds, SETTING(fetch.timeout_ms), 0, 0,
     "for one request, from connect to last byte (default 30)", .preset = "30"},
    {'\0', "connect-timeout", VALUE_REQUIRED, "SEC", FETCHES, set_seconds, SETTING(fetch.connect_timeout_ms), 0, 0,
     "for the connection (default 10)", .preset = "10"},
    {'\0', "cacert", VALUE_REQUIRED, "FILE", FETCHES, set_text, SETTING(fetch.cacert), 0, 0,
     "certificates to trust in place of the system's"},
    {'\0', "rate", VALUE_REQUIRED, "RATE", FETCHES, set_rate, 0, 0, 0,
     "auto (default: as the server's headers allow), none, or N/s, N/min, N/h, N/d",
     .preset = "auto", .words = WORDS("auto", "none")},
    {'\0', "burst", VALUE_REQUIRED, "N", FETCHES, set_burst, 0, 0, 0,
     "requests at once after a pause, with --rate N/... (default 1)", .preset = "1"},
    {'\0', "daily-limit", VALUE_REQUIRED, "N", FETCHES, set_int, SETTING(daily_limit), 1, 999999999,
     "requests of a UTC day, over all runs"},
    {'\0', "max-time", VALUE_REQUIRED, "DURATION", FETCHES, set_duration, SETTING(fetch.max_time_ms), 0, 0,
     "after it no request is sent (default 6h; 0: no end)", .preset = "6h"},
    {'\0', "wait", VALUE_OPTIONAL, "DURATION", FETCHES, set_wait, SETTING(wait_ms), 0, 0,
     "ask again for unfinished jobs until all are resolved, or so long"},
    {'\0', "recheck", VALUE_REQUIRED, "LIST", FETCHES, set_recheck, 0, 0, 0,
     "ask for jobs in these states instead: failed, not_found, error, completed, or all",
     .words = WORDS("failed", "not_found", "error", "completed", "all")},
    {'\0', "job", VALUE_REQUIRED, "ID", FETCHES, set_job, 0, 0, 0,
     "ask for this job only; may be repeated", .ledger = "queries/complete_jobs", .repeats = true},
    {'\0', "source", VALUE_REQUIRED, "FILE", FETCHES | EXPORTS, set_text, SETTING(selection.source), 0, 0,
     "only jobs of this source, by a name under which it was given", .ledger = "queries/complete_sources"},
    {'\0', "limit", VALUE_REQUIRED, "N", FETCHES, set_int, SETTING(limit), 1, 999999999,
     "ask for so many jobs at most"},
    {'\0', "progress", VALUE_REQUIRED, "MODE", READS | FETCHES | COMMAND(VERIFY), set_progress, 0, 0, 0,
     "auto (default: on a terminal), always or never", .preset = "auto", .words = WORDS("auto", "always", "never")},
    {'\0', "fail-on", VALUE_REQUIRED, "LIST", FETCHES, set_fail_on, 0, 0, 0,
     "exit status 1 too where jobs are failed, not_found, open or stale",
     .words = WORDS("failed", "not_found", "open", "stale")},
    {'\0', "ping", VALUE_REQUIRED, "URL", FETCHES, set_ping, 0, 0, 0,
     "tell a monitor such as healthchecks.io that the run begins, and how it ended", .secret = true},
    {'\0', "metrics", VALUE_REQUIRED, "FILE", FETCHES | COMMAND(STATUS), set_text, SETTING(metrics), 0, 0,
     "leave figures for Prometheus there, in the format of node_exporter's textfile collector"},

    {'o', "output", VALUE_REQUIRED, "FILE|-", COMMAND(EXPORT), set_text, SETTING(output), 0, 0,
     "where to write (default -: standard output); for `all` a folder", .preset = "-"},
    {'\0', "out", VALUE_REQUIRED, "DIR", COMMAND(RUN), set_text, SETTING(output), 0, 0,
     "the folder of the reports"},
    {'\0', "format", VALUE_REQUIRED, "FORMAT", EXPORTS, set_format, 0, 0, 0,
     "csv (default), tsv, jsonl or xlsx (of `all` one workbook: jobledger.xlsx)",
     .preset = "csv", .words = WORDS("csv", "tsv", "jsonl", "xlsx")},
    {'\0', "since", VALUE_REQUIRED, "WHEN", EXPORTS, set_when, SETTING(since), 0, 0,
     "only jobs created from then on: 2026-11-01, a full timestamp, or 7d: so long ago"},
    {'\0', "until", VALUE_REQUIRED, "WHEN", EXPORTS, set_when, SETTING(until), 0, 0,
     "only jobs created before"},
    {'\0', "status", VALUE_REQUIRED, "LIST", EXPORTS, set_status, 0, 0, 0,
     "only jobs in these states: new, pending, processing, completed, failed, not_found, error",
     .words = WORDS("new", "pending", "processing", "completed", "failed", "not_found", "error")},
    {'\0', "model", VALUE_REQUIRED, "NAME", EXPORTS, set_text, SETTING(filter.model), 0, 0,
     "only jobs of this model; (none): of none", .ledger = "queries/complete_models"},
    {'\0', "label", VALUE_REQUIRED, "NAME=VALUE", EXPORTS, set_label, 0, 0, 0,
     "only jobs whose label has this value; may be repeated", .ledger = "queries/complete_labels", .repeats = true},
    {'\0', "timezone", VALUE_REQUIRED, "ZONE", EXPORTS, set_timezone, 0, 0, 0,
     "of the days of `daily`, --since and --until: Europe/Zurich (default UTC)", .preset = "UTC"},
    {'\0', "by", VALUE_REQUIRED, "LABEL", EXPORTS, set_text, SETTING(filter.by), 0, 0,
     "in `models` and `daily`: a row for each value of this label", .ledger = "queries/complete_labels"},
    {'\0', "threshold", VALUE_REQUIRED, "X", EXPORTS, set_threshold, 0, 0, 0,
     "of `review`: the confidence under which a job is shown (default 0.8)", .preset = "0.8"},
    {'\0', "stale-after", VALUE_REQUIRED, "DURATION", FETCHES | EXPORTS, set_stale_after, 0, 0, 0,
     "the age from which an open job is stale (default: ten times the 95th percentile, at least 1h)"},
    {'\0', "path", VALUE_REQUIRED, "PATH", EXPORTS, set_any_text, SETTING(export.path), 0, 0,
     "in `items`: only objects in this array: line_items, line_items.taxes"},
    {'\0', "with", VALUE_REQUIRED, "LIST", EXPORTS, set_text, SETTING(export.with), 0, 0,
     "in `items`: also these fields of the extracted data: invoice_number,vendor.city"},
    {'\0', "sql", VALUE_REQUIRED, "FILE", COMMAND(EXPORT), set_text, SETTING(sql), 0, 0,
     "in place of a report: a SELECT of your own, which can do nothing but read"},
    {'\0', "delimiter", VALUE_REQUIRED, "CHAR|WORD", COMMAND(EXPORT), set_delimiter, 0, 0, 0,
     "between cells: comma (default), semicolon, tab or pipe",
     .preset = "comma", .words = WORDS("comma", "semicolon", "tab", "pipe"), .set_by = "excel"},
    {'\0', "no-header", VALUE_NONE, NULL, COMMAND(EXPORT), set_flag, SETTING(export.no_header), 0, 0,
     "leave out the row of column names"},
    {'\0', "excel", VALUE_OPTIONAL, "ch|de", EXPORTS, set_excel, 0, 0, 0,
     "as Excel opens it in Switzerland (default) or Germany", .words = WORDS("ch", "de")},
    {'\0', "bom", VALUE_NONE, NULL, EXPORTS, set_flag, SETTING(export.bom), 0, 0,
     "begin with a byte order mark", .set_by = "excel"},
    {'\0', "crlf", VALUE_NONE, NULL, EXPORTS, set_flag, SETTING(export.crlf), 0, 0,
     "end rows with CR LF", .set_by = "excel"},
    {'\0', "decimal-comma", VALUE_NONE, NULL, EXPORTS, set_flag, SETTING(export.decimal_comma), 0, 0,
     "write 0,015 for 0.015 in number cells", .set_by = "excel"},
    {'\0', "cells", VALUE_REQUIRED, "MODE", EXPORTS, set_cells, 0, 0, 0,
     "safe (default): a ' before text that a spreadsheet would run as a formula; verbatim: never",
     .preset = "safe", .words = WORDS("safe", "verbatim")},

    {'\0', "json", VALUE_NONE, NULL, COMMAND(STATUS), set_flag, SETTING(json), 0, 0,
     "as one JSON object"},

    {'\0', "against", VALUE_REQUIRED, "DIGEST", COMMAND(VERIFY), set_digest, SETTING(against), 0, 0,
     "prove that this digest, noted once from `status`, is still part of the chain"},

    {'\0', "older-than", VALUE_REQUIRED, "AGE", COMMAND(PRUNE), set_age, SETTING(older_than), 0, 0,
     "answers of jobs that were resolved so long ago: 10y, 3650d"},
    {'\0', "yes", VALUE_NONE, NULL, COMMAND(PRUNE), set_flag, SETTING(yes), 0, 0,
     "do it; without it prune only says what it would do", .argument_only = true},

    {'d', "db", VALUE_REQUIRED, "FILE", 0, set_text, SETTING(db), 0, 0,
     "the ledger (else $JOBLEDGER_DB, else jobledger.db)", .preset = "jobledger.db"},
    {'\0', "wait-lock", VALUE_REQUIRED, "DURATION", READS | FETCHES | COMMAND(PRUNE), set_duration,
     SETTING(wait_lock_ms), 0, 0,
     "wait so long for another run to end: 90s, 15m, 2h (default 0)", .preset = "0"},
    {'c', "config", VALUE_REQUIRED, "FILE", 0, set_text, SETTING(config), 0, 0,
     "lines of option = value; those behind a line [COMMAND] are for that command", .argument_only = true},
    {'q', "quiet", VALUE_NONE, NULL, 0, set_flag, offsetof(struct cli, log.quiet), 0, 0,
     "say nothing when all is well"},
    {'v', "verbose", VALUE_NONE, NULL, 0, set_verbose, 0, 0, 0,
     "say more; may be repeated", .repeats = true},
    {'\0', "log-format", VALUE_REQUIRED, "FORMAT", 0, set_log_format, 0, 0, 0,
     "of standard error: text (default) or json", .preset = "text", .words = WORDS("text", "json")},
    {'\0', "now", VALUE_REQUIRED, "TIME", 0, set_now, 0, 0, 0,
     "take this for the present time: 2026-11-30T03:00:00Z"},
    {'\0', "help", VALUE_NONE, NULL, 0, set_flag, SETTING(help), 0, 0,
     "this text", .argument_only = true},
    {'\0', "version", VALUE_NONE, NULL, 0, set_flag, SETTING(version), 0, 0,
     "the program's version", .argument_only = true},
};

const size_t option_count = sizeof options / sizeof options[0];
_Static_assert(sizeof options / sizeof options[0] <= OPTIONS_MAX, "OPTIONS_MAX");

bool option_belongs(const struct option *option, enum command_id command)
{
    return option->commands == 0 || (command != COMMAND_NONE && (option->commands & (1u << command)));
}

const struct option *option_find(struct text name, enum command_id command)
{
    const struct option *other = NULL;
    for (size_t i = 0; i < option_count; i++) {
        if (!text_is(name, options[i].name))
            continue;
        other = &options[i];
        if (option_belongs(other, command))
            break;
    }
    return other;
}

const struct option *option_of_letter(char letter)
{
    for (size_t i = 0; i < option_count; i++)
        if (options[i].letter == letter && letter != '\0')
            return &options[i];
    return NULL;
}

const char *option_nearest(struct text name, unsigned mask)
{
    const char *names[OPTIONS_MAX];
    char word[64] = "";
    size_t n = 0;
    for (size_t i = 0; i < option_count; i++)
        if (options[i].commands == 0 || (options[i].commands & mask))
            names[n++] = options[i].name;
    if (name.len == 0 || name.len >= sizeof word)
        return NULL;
    memcpy(word, name.bytes, name.len);
    return text_nearest(word, names, n);
}
