/* libxlsxwriter takes its numbers as double, since that is what a cell of an Excel file holds by the definition of the
 * format. This is the one file in which binary floating point is allowed, and a decimal gets into it only where nothing
 * is lost: from up to 15 significant digits the nearest double, within the normal range, gives back the same ones
 * (C11, 5.2.4.2.2, DBL_DIG). All others are left to be written as text. */
#include "xlsx.h"

#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xlsxwriter.h>

#include "decimal.h"
#include "strbuf.h"
#include "xlsx_check.h"

#define EXPONENT_MAX 307 /* Excel ends at 9.99999999999999E+307, and below 2.23E-308 */
#define EPOCH_DAYS 25569 /* from Excel's day 0 to 1970-01-01 */
#define FIRST_DAY 61     /* 1900-03-01; before it Excel counts a 29 February 1900 that never was */
#define DAY_MS 86400000
#define SHEET_BYTES_MAX INT64_C(0xF0000000) /* of rows: below the 4 GiB of a zip's part, with room for one row more */

struct xlsx {
    lxw_workbook *book; /* NULL once it is closed */
    lxw_format *styles[XLSX_STYLE_COUNT];
    lxw_worksheet *sheet; /* in hand */
    lxw_row_t row;
    bool row_has_cells;
    bool failed; /* a cell could not be written */

    struct xlsx_tally *tallies; /* one for each sheet */
    size_t count;
    size_t size;

    char *folder;
    struct strbuf path; /* of the file that becomes the workbook */
    int fd;
    bool unlinked;
};

static const char *const number_formats[XLSX_STYLE_COUNT] = {
    [XLSX_INTEGER] = "0",
    [XLSX_DECIMAL] = "0.0##############",
    [XLSX_MONEY] = "#,##0.00#######",
    [XLSX_PERCENT] = "0.00%",
    [XLSX_TIME] = "yyyy-mm-dd hh:mm:ss",
    [XLSX_TIME_MS] = "yyyy-mm-dd hh:mm:ss.000",
    [XLSX_DATE] = "yyyy-mm-dd",
};

static enum result cannot(const struct xlsx *xlsx, const char *why, struct error *err)
{
    char name[256];
    return error_set(err, RESULT_REPORT,
                     "the workbook can't be put together in %s: %s; make room there, or set TMPDIR to another folder",
                     text_printable(text_of(xlsx->folder), 120, name, sizeof name), why);
}

static const char *reason(void)
{
    return errno != 0 ? strerror(errno) : "not all was written, as on a full disk";
}

/* The library speaks on standard error, where only cli does. Gives what unmute() takes. */
static int mute(void)
{
    int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (saved >= 0 && null >= 0)
        dup2(null, STDERR_FILENO);
    if (null >= 0)
        close(null);
    return saved;
}

static void unmute(int saved)
{
    int error = errno;
    if (saved >= 0) {
        dup2(saved, STDERR_FILENO);
        close(saved);
    }
    errno = error;
}

/* The library opens the file by its name. Where the system has names for descriptors the file gives up its own at
 * once, so that nothing is left behind however the program ends. */
static enum result open_file(struct xlsx *xlsx, struct error *err)
{
    struct stat file, named;
    char shown[256];
    char name[32];
    strbuf_printf(&xlsx->path, "%s/jobledger.XXXXXX", xlsx->folder);
    if (xlsx->path.failed)
        return error_memory(err);
    xlsx->fd = mkstemp(xlsx->path.bytes);
    if (xlsx->fd < 0)
        return error_set(err, RESULT_REPORT,
                         "no workbook can be put together in %s: %s; set TMPDIR to a folder that can be written",
                         text_printable(text_of(xlsx->folder), 120, shown, sizeof shown), strerror(errno));
    fcntl(xlsx->fd, F_SETFD, FD_CLOEXEC);
    snprintf(name, sizeof name, "/dev/fd/%d", xlsx->fd);
    if (fstat(xlsx->fd, &file) == 0 && stat(name, &named) == 0 && file.st_dev == named.st_dev &&
        file.st_ino == named.st_ino && unlink(xlsx->path.bytes) == 0) {
        xlsx->unlinked = true;
        strbuf_clear(&xlsx->path);
        strbuf_puts(&xlsx->path, name);
    }
    return RESULT_OK;
}

static bool add_styles(struct xlsx *xlsx)
{
    for (size_t i = 0; i < XLSX_STYLE_COUNT; i++) {
        if (i == XLSX_GENERAL)
            continue; /* NULL is the library's name for it */
        xlsx->styles[i] = workbook_add_format(xlsx->book);
        if (!xlsx->styles[i])
            return false;
        if (number_formats[i])
            format_set_num_format(xlsx->styles[i], number_formats[i]);
    }
    format_set_bold(xlsx->styles[XLSX_HEADER]);
    return true;
}

static enum result open_book(struct xlsx *xlsx, struct timestamp created, struct error *err)
{
    /* Without a time, which 0 is to the library, it takes the present one, and no two files would be equal. */
    lxw_doc_properties properties = {.created = created.sec != 0 ? created.sec : 1};
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = xlsx->folder};
    int saved = mute();
    xlsx->book = workbook_new_opt(xlsx->path.bytes, &options);
    bool ok = xlsx->book && workbook_set_properties(xlsx->book, &properties) == LXW_NO_ERROR && add_styles(xlsx);
    unmute(saved);
    return ok ? RESULT_OK : error_memory(err);
}

enum result xlsx_new(const char *folder, struct timestamp created, struct xlsx **out, struct error *err)
{
    *out = NULL;
    struct xlsx *xlsx = calloc(1, sizeof *xlsx);
    if (!xlsx)
        return error_memory(err);
    xlsx->fd = -1;
    xlsx->folder = strdup(folder);
    enum result result = xlsx->folder ? open_file(xlsx, err) : error_memory(err);
    if (result == RESULT_OK)
        result = open_book(xlsx, created, err);
    if (result == RESULT_OK)
        *out = xlsx;
    else
        xlsx_free(xlsx);
    return result;
}

/* The library forgets the rows' streams of a workbook that it was not asked to close. */
static void give_up_book(lxw_workbook *book)
{
    lxw_worksheet *sheet;
    if (!book)
        return;
    STAILQ_FOREACH (sheet, book->worksheets, list_pointers) {
        fclose(sheet->optimize_tmpfile);
        sheet->optimize_tmpfile = NULL;
    }
    lxw_workbook_free(book);
}

void xlsx_free(struct xlsx *xlsx)
{
    if (!xlsx)
        return;
    give_up_book(xlsx->book);
    if (xlsx->fd >= 0) {
        close(xlsx->fd);
        if (!xlsx->unlinked)
            unlink(xlsx->path.bytes);
    }
    free(xlsx->tallies);
    strbuf_free(&xlsx->path);
    free(xlsx->folder);
    free(xlsx);
}

static struct xlsx_tally *tally(struct xlsx *xlsx)
{
    return &xlsx->tallies[xlsx->count - 1];
}

static enum result add_tally(struct xlsx *xlsx, struct error *err)
{
    if (xlsx->count == xlsx->size) {
        size_t size = xlsx->size ? xlsx->size * 2 : 16;
        struct xlsx_tally *tallies = realloc(xlsx->tallies, size * sizeof *tallies);
        if (!tallies)
            return error_memory(err);
        xlsx->tallies = tallies;
        xlsx->size = size;
    }
    xlsx->tallies[xlsx->count++] = (struct xlsx_tally){0};
    return RESULT_OK;
}

enum result xlsx_sheet_begin(struct xlsx *xlsx, const char *name, struct error *err)
{
    enum result result = add_tally(xlsx, err);
    if (result != RESULT_OK)
        return result;
    errno = 0;
    int saved = mute();
    xlsx->sheet = workbook_add_worksheet(xlsx->book, name);
    unmute(saved);
    xlsx->row = 0;
    if (!xlsx->sheet)
        return cannot(xlsx, reason(), err);
    /* Excel would offer to make a number of an ID, and so to break it. */
    worksheet_ignore_errors(xlsx->sheet, LXW_IGNORE_NUMBER_STORED_AS_TEXT, "A1:XFD1048576");
    return RESULT_OK;
}

static void wrote(struct xlsx *xlsx, lxw_error error)
{
    xlsx->failed |= error != LXW_NO_ERROR;
    xlsx->row_has_cells = true;
    tally(xlsx)->cells++;
}

void xlsx_text(struct xlsx *xlsx, size_t column, const char *text, enum xlsx_style style)
{
    wrote(xlsx, worksheet_write_string(xlsx->sheet, xlsx->row, (lxw_col_t)column, text, xlsx->styles[style]));
}

void xlsx_bool(struct xlsx *xlsx, size_t column, bool value)
{
    wrote(xlsx, worksheet_write_boolean(xlsx->sheet, xlsx->row, (lxw_col_t)column, value, NULL));
}

/* Spelled without a decimal point, of which strtod() would have its own view in another locale than C. */
static bool to_double(struct text number, double *value)
{
    struct decimal_digits d;
    char spelled[64];
    if (!decimal_digits(number, &d))
        return false;
    int64_t first = d.exponent + (int64_t)strlen(d.digits) - 1; /* the power of ten of the first digit */
    if (first > EXPONENT_MAX || first < -EXPONENT_MAX)
        return false;
    if (d.digits[0] == '\0')
        snprintf(spelled, sizeof spelled, "0");
    else
        snprintf(spelled, sizeof spelled, "%s%se%lld", d.negative ? "-" : "", d.digits, (long long)d.exponent);
    *value = strtod(spelled, NULL);
    return true;
}

bool xlsx_number(struct xlsx *xlsx, size_t column, struct text number, enum xlsx_style style)
{
    double value;
    if (!to_double(number, &value))
        return false;
    wrote(xlsx, worksheet_write_number(xlsx->sheet, xlsx->row, (lxw_col_t)column, value, xlsx->styles[style]));
    return true;
}

/* Excel counts days, and a time of day in binary is a little too much or too little. Programs that show seconds cut it
 * (LibreOffice does), so that it must not be too little: it is the next value up that the 16 digits of the library can
 * spell. That is a fifth of a millisecond at most, and less than three microseconds in this century. */
static double days(int64_t ms)
{
    double exact = (double)ms / DAY_MS;
    if (ms % DAY_MS == 0)
        return exact;
    double least = exact * (1 + DBL_EPSILON);
    for (double value = least;; value *= 1 + DBL_EPSILON) {
        char spelled[32];
        snprintf(spelled, sizeof spelled, "%.16G", value);
        if (strtod(spelled, NULL) >= least)
            return value;
    }
}

bool xlsx_time(struct xlsx *xlsx, size_t column, struct timestamp time, enum xlsx_style style)
{
    int64_t ms = time.sec * 1000 + time.nsec / 1000000 + (int64_t)EPOCH_DAYS * DAY_MS;
    if (time.nsec % 1000000 != 0 || ms < (int64_t)FIRST_DAY * DAY_MS)
        return false;
    wrote(xlsx, worksheet_write_number(xlsx->sheet, xlsx->row, (lxw_col_t)column, days(ms), xlsx->styles[style]));
    return true;
}

/* The library takes no notice of a write that failed: its stream does. */
enum result xlsx_row_end(struct xlsx *xlsx, struct error *err)
{
    errno = 0;
    lxw_worksheet_write_single_row(xlsx->sheet);
    if (ferror(xlsx->sheet->optimize_tmpfile))
        return cannot(xlsx, reason(), err);
    if (xlsx->failed)
        return error_memory(err);
    tally(xlsx)->rows += xlsx->row_has_cells;
    xlsx->row_has_cells = false;
    xlsx->row++;
    return RESULT_OK;
}

bool xlsx_sheet_full(const struct xlsx *xlsx)
{
    return xlsx->row == XLSX_ROWS_MAX || ftello(xlsx->sheet->optimize_tmpfile) > SHEET_BYTES_MAX;
}

enum result xlsx_sheet_end(struct xlsx *xlsx, const uint8_t *widths, size_t columns, bool header, struct error *err)
{
    lxw_worksheet *sheet = xlsx->sheet;
    for (size_t i = 0; i < columns; i++)
        if (worksheet_set_column(sheet, (lxw_col_t)i, (lxw_col_t)i, widths[i], NULL) != LXW_NO_ERROR)
            return error_memory(err);
    if (header && columns > 0) {
        worksheet_freeze_panes(sheet, 1, 0);
        worksheet_autofilter(sheet, 0, 0, xlsx->row - 1, (lxw_col_t)(columns - 1));
    }
    errno = 0;
    if (fflush(sheet->optimize_tmpfile) != 0 || ferror(sheet->optimize_tmpfile))
        return cannot(xlsx, reason(), err);
    tally(xlsx)->bytes = (uint64_t)ftello(sheet->optimize_tmpfile);
    xlsx->sheet = NULL;
    return RESULT_OK;
}

static bool close_book(struct xlsx *xlsx)
{
    errno = 0;
    int saved = mute();
    lxw_error error = workbook_close(xlsx->book);
    unmute(saved);
    xlsx->book = NULL; /* freed in any case */
    return error == LXW_NO_ERROR;
}

enum result xlsx_finish(struct xlsx *xlsx, int *fd, struct error *err)
{
    struct error wrong;
    if (!close_book(xlsx))
        return cannot(xlsx, reason(), err);
    if (xlsx_check(xlsx->path.bytes, xlsx->tallies, xlsx->count, &wrong) != RESULT_OK)
        return cannot(xlsx, wrong.text, err);
    *fd = xlsx->fd;
    return RESULT_OK;
}
