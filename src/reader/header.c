#include "header.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "job.h"
#include "strbuf.h"

#define LISTED_COLUMNS_MAX 20 /* enough to see the mistake, in a message of one line */
#define LISTED_CHARS_MAX 30

#define LABEL_PREFIX "label."
#define EXPECTED_PREFIX "expected."

/* The fixed columns of the reports that are taken as input: the contract's, and so the exporter's. */
static const char *const jobs_report[] = {
    "job_id",       "status",     "model_used", "processing_time", "cost_chf",      "confidence",  "error_code",
    "error_message", "http_status", "created_at", "completed_at",    "first_seen_at", "resolved_at", "polls",
};
static const char *const failures_report[] = {
    "job_id",   "status",     "error_code",   "error_message", "http_status",     "model_used", "processing_time",
    "cost_chf", "created_at", "completed_at", "attempts",      "last_attempt_at", "trace_id",
};

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* A number past the last possible column needs no exact value. */
static bool column_number(const char *text, size_t *number)
{
    *number = 0;
    for (const char *c = text; *c; c++) {
        if (*c < '0' || *c > '9')
            return false;
        if (*number <= READER_COLUMNS_MAX)
            *number = *number * 10 + (size_t)(*c - '0');
    }
    return *text != '\0';
}

enum result reader_header_check(const struct reader_options *options, struct error *err)
{
    size_t number;
    if (!options->id_column)
        return RESULT_OK;
    if (column_number(options->id_column, &number)) {
        if (number == 0)
            return error_set(err, RESULT_USAGE, "--id-column: columns are counted from 1");
        return RESULT_OK;
    }
    if (text_trim(text_of(options->id_column)).len == 0)
        return error_set(err, RESULT_USAGE, "--id-column: neither a name nor a number");
    if (options->no_header) {
        char name[256];
        return error_set(err, RESULT_USAGE,
                         "--id-column %s: with --no-header there are no names: give the column's number",
                         text_printable(text_of(options->id_column), 60, name, sizeof name));
    }
    return RESULT_OK;
}

struct text reader_header_id_name(const struct reader_options *options)
{
    size_t number;
    if (!options->id_column || column_number(options->id_column, &number))
        return TEXT_NONE;
    return text_trim(text_of(options->id_column));
}

/* A BOM can get into a cell where files were joined, or quoted by a program that took it for text. */
static struct text column_name(struct text cell, size_t column)
{
    struct text name = text_trim(cell);
    if (column == 0 && name.len >= 3 && memcmp(name.bytes, "\xEF\xBB\xBF", 3) == 0)
        name = text_trim((struct text){name.bytes + 3, name.len - 3});
    return name;
}

/* count: not found. */
static size_t find_name(const struct text *cells, size_t count, struct text name)
{
    size_t i = 0;
    while (i < count && !text_equal(column_name(cells[i], i), name))
        i++;
    return i;
}

static size_t find_in_any_case(const struct text *cells, size_t count, const char *name)
{
    size_t len = strlen(name);
    size_t i = 0;
    while (i < count) {
        struct text t = column_name(cells[i], i);
        if (t.len == len && strncasecmp(t.bytes, name, len) == 0)
            break;
        i++;
    }
    return i;
}

static bool holds_id(const struct text *cells, size_t count, size_t column)
{
    return column < count && job_id_valid(text_trim(cells[column]));
}

static struct reader_choice choose_number(const struct text *cells, size_t count, size_t column, bool no_header)
{
    if (column >= count)
        return (struct reader_choice){READER_UNUSABLE, false, 0};
    bool valid = holds_id(cells, count, column);
    return (struct reader_choice){valid ? READER_CERTAIN : READER_AS_TOLD, !no_header && !valid, column};
}

struct reader_choice reader_header_choose(const struct text *cells, size_t count, const struct reader_options *options)
{
    size_t number;
    if (options->id_column && column_number(options->id_column, &number))
        return choose_number(cells, count, number - 1, options->no_header);
    if (options->no_header)
        return choose_number(cells, count, 0, true);
    size_t found;
    struct text name = reader_header_id_name(options);
    if (name.bytes) {
        found = find_name(cells, count, name);
    } else {
        found = find_in_any_case(cells, count, "job_id");
        if (found == count)
            found = find_in_any_case(cells, count, "id");
    }
    if (found < count)
        return (struct reader_choice){READER_CERTAIN, true, found};
    if (!name.bytes && holds_id(cells, count, 0))
        return (struct reader_choice){READER_CERTAIN, false, 0};
    return (struct reader_choice){READER_UNUSABLE, false, 0};
}

static bool has_prefix(struct text t, const char *prefix)
{
    size_t len = strlen(prefix);
    return t.len >= len && memcmp(t.bytes, prefix, len) == 0;
}

static struct text without_prefix(struct text t, const char *prefix)
{
    size_t len = strlen(prefix);
    return (struct text){t.bytes + len, t.len - len};
}

static bool begins_with(const struct reader_columns *columns, const char *const *names, size_t count)
{
    if (columns->count < count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!text_is(columns->list[i].name, names[i]))
            return false;
    return true;
}

static bool is_own_report(const struct reader_columns *columns)
{
    if (columns->count == COUNT_OF(failures_report) &&
        begins_with(columns, failures_report, COUNT_OF(failures_report)))
        return true;
    if (!begins_with(columns, jobs_report, COUNT_OF(jobs_report)))
        return false;
    for (size_t i = COUNT_OF(jobs_report); i < columns->count; i++)
        if (!has_prefix(columns->list[i].name, LABEL_PREFIX))
            return false;
    return true;
}

static int compare_columns(const void *left, const void *right)
{
    const struct reader_column *a = *(const struct reader_column *const *)left;
    const struct reader_column *b = *(const struct reader_column *const *)right;
    if (a->name.len != b->name.len)
        return a->name.len < b->name.len ? -1 : 1;
    int order = memcmp(a->name.bytes, b->name.bytes, a->name.len);
    if (order != 0)
        return order;
    return a < b ? -1 : a > b;
}

/* Sorted, since 10,000 columns compared each with each would take a while. */
static bool ignore_repeated(struct reader_columns *columns)
{
    struct reader_column **sorted = malloc(columns->count * sizeof *sorted);
    if (!sorted)
        return false;
    for (size_t i = 0; i < columns->count; i++)
        sorted[i] = &columns->list[i];
    qsort(sorted, columns->count, sizeof *sorted, compare_columns);
    for (size_t i = 1; i < columns->count; i++)
        if (sorted[i]->kind != READER_ID && text_equal(sorted[i - 1]->name, sorted[i]->name))
            sorted[i]->kind = READER_IGNORED;
    free(sorted);
    return true;
}

static void name_columns(struct reader_columns *columns, bool own_report)
{
    for (size_t i = 0; i < columns->count; i++) {
        struct reader_column *column = &columns->list[i];
        if (column->kind != READER_LABEL)
            continue;
        if (own_report && !has_prefix(column->name, LABEL_PREFIX)) {
            column->kind = READER_IGNORED;
        } else if (own_report) {
            column->name = without_prefix(column->name, LABEL_PREFIX);
        } else if (has_prefix(column->name, EXPECTED_PREFIX)) {
            column->kind = READER_EXPECTED;
            column->name = without_prefix(column->name, EXPECTED_PREFIX);
        }
        if (column->name.len == 0)
            column->kind = READER_IGNORED;
    }
}

static bool copy_names(const struct text *cells, struct reader_columns *columns)
{
    size_t size = 1;
    for (size_t i = 0; i < columns->count; i++)
        size += cells[i].len;
    columns->names = malloc(size);
    if (!columns->names)
        return false;
    char *end = columns->names;
    for (size_t i = 0; i < columns->count; i++) {
        struct text name = column_name(cells[i], i);
        memcpy(end, name.bytes, name.len);
        columns->list[i].name = (struct text){end, name.len};
        end += name.len;
    }
    return true;
}

bool reader_columns_make(const struct text *cells, size_t count, struct reader_choice choice,
                         struct reader_columns *columns)
{
    *columns = (struct reader_columns){.list = calloc(count, sizeof *columns->list), .count = count};
    if (!columns->list)
        return false;
    for (size_t i = 0; i < count; i++)
        columns->list[i] = (struct reader_column){choice.header ? READER_LABEL : READER_IGNORED, {"", 0}};
    columns->list[choice.id_column].kind = READER_ID;
    if (!choice.header)
        return true;
    if (!copy_names(cells, columns) || !ignore_repeated(columns))
        return false;
    name_columns(columns, is_own_report(columns));
    return true;
}

void reader_columns_free(struct reader_columns *columns)
{
    free(columns->list);
    free(columns->names);
}

void reader_header_list(const struct text *cells, size_t count, char out[static READER_HEADER_LIST_SIZE])
{
    const size_t size = READER_HEADER_LIST_SIZE;
    struct strbuf list = {0};
    char name[8 * LISTED_CHARS_MAX];
    for (size_t i = 0; i < count && i < LISTED_COLUMNS_MAX; i++)
        strbuf_printf(&list, "%s\"%s\"", i > 0 ? ", " : "",
                      text_printable(column_name(cells[i], i), LISTED_CHARS_MAX, name, sizeof name));
    bool cut = list.len >= size || count > LISTED_COLUMNS_MAX;
    text_printable((struct text){list.bytes, list.len}, 0, out, size - sizeof ", …");
    if (cut)
        memcpy(out + strlen(out), ", …", sizeof ", …");
    strbuf_free(&list);
}

enum result reader_header_unusable(const char *name, const struct text *cells, size_t count,
                                   const struct reader_options *options, struct error *err)
{
    char list[READER_HEADER_LIST_SIZE];
    char wanted[256];
    size_t number;
    reader_header_list(cells, count, list);
    if (!options->id_column)
        return error_set(err, RESULT_INPUT,
                         "%s: no column is named job_id or id, and the first cell is no job ID; name the column with "
                         "--id-column; the columns are: %s", name, list);
    text_printable(text_trim(text_of(options->id_column)), 60, wanted, sizeof wanted);
    if (column_number(options->id_column, &number))
        return error_set(err, RESULT_INPUT, "%s: there is no column %s (--id-column); the columns are: %s", name,
                         wanted, list);
    return error_set(err, RESULT_INPUT, "%s: no column is named \"%s\" (--id-column); the columns are: %s", name,
                     wanted, list);
}
