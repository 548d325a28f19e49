#include "zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "strbuf.h"
#include "text.h"
#include "timestamp.h"

#define DAY 86400
#define WIDEST (26 * 3600) /* no zone is, or was, further from UTC */
/* Offsets are looked for between the years 1800 and 2500. */
#define FIRST_CHANGE INT64_C(-5364662400)
#define LAST_CHANGE INT64_C(16725225600)

#define LINE_MAX_BYTES 512
#define NAMES_MAX 1000

static const char *folder(void)
{
    const char *tzdir = getenv("TZDIR");
    return tzdir && tzdir[0] ? tzdir : "/usr/share/zoneinfo";
}

/* glibc takes a zone that it does not know for UTC. */
static bool is_zone_file(const char *name)
{
    char magic[4] = "";
    struct stat st;
    struct strbuf path = {0};
    if (name[0] == '/' || strstr(name, ".."))
        return false;
    strbuf_printf(&path, "%s/%s", folder(), name);
    FILE *file = path.failed ? NULL : fopen(path.bytes, "r");
    strbuf_free(&path);
    bool ok = file && fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode) &&
              fread(magic, 1, sizeof magic, file) == sizeof magic && memcmp(magic, "TZif", sizeof magic) == 0;
    if (file)
        fclose(file);
    return ok;
}

/* The third column of the database's own list. */
static size_t read_names(char names[][64], size_t max)
{
    char line[LINE_MAX_BYTES];
    size_t n = 0;
    struct strbuf path = {0};
    strbuf_printf(&path, "%s/zone.tab", folder());
    FILE *file = path.failed ? NULL : fopen(path.bytes, "r");
    strbuf_free(&path);
    while (file && n < max && fgets(line, sizeof line, file)) {
        char *name = line[0] == '#' ? NULL : strchr(line, '\t');
        name = name ? strchr(name + 1, '\t') : NULL;
        if (!name)
            continue;
        snprintf(names[n++], sizeof names[0], "%.*s", (int)strcspn(name + 1, "\t\n"), name + 1);
    }
    if (file)
        fclose(file);
    return n;
}

static enum result unknown(const char *name, struct error *err)
{
    static char names[NAMES_MAX][64];
    const char *words[NAMES_MAX];
    char shown[200];
    size_t n = read_names(names, NAMES_MAX);
    for (size_t i = 0; i < n; i++)
        words[i] = names[i];
    text_printable(text_of(name), 60, shown, sizeof shown);
    if (n == 0)
        return error_set(err, RESULT_USAGE, "time zone %s: there are no time zones in %s; install tzdata", shown,
                         folder());
    const char *nearest = text_nearest(name, words, n);
    if (nearest)
        return error_set(err, RESULT_USAGE, "unknown time zone %s; did you mean %s?", shown, nearest);
    return error_set(err, RESULT_USAGE, "unknown time zone %s; expected an IANA name such as Europe/Zurich", shown);
}

enum result zone_check(const char *name, struct error *err)
{
    return strcmp(name, "UTC") == 0 || is_zone_file(name) ? RESULT_OK : unknown(name, err);
}

enum result zone_use(const char *name, struct error *err)
{
    enum result result = zone_check(name, err);
    if (result != RESULT_OK)
        return result;
    if (setenv("TZ", strcmp(name, "UTC") == 0 ? "UTC0" : name, 1) != 0)
        return error_memory(err);
    tzset();
    return RESULT_OK;
}

int64_t zone_offset(int64_t sec)
{
    time_t t = (time_t)sec;
    struct tm tm;
    if (!localtime_r(&t, &tm))
        return 0;
    int64_t days = timestamp_days(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    return days * DAY + tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec - sec;
}

/* The smallest time in (low, high] that `behind` holds for, where it holds for high and not for low. */
static int64_t bisect(int64_t low, int64_t high, bool (*behind)(int64_t sec, int64_t what), int64_t what)
{
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (behind(middle, what))
            high = middle;
        else
            low = middle;
    }
    return high;
}

static bool shows(int64_t sec, int64_t local_sec)
{
    return sec + zone_offset(sec) >= local_sec;
}

static bool differs(int64_t sec, int64_t offset)
{
    return zone_offset(sec) != offset;
}

int64_t zone_first(int64_t local_sec)
{
    int64_t low = local_sec - WIDEST;
    int64_t high = local_sec + WIDEST;
    /* Clocks that are put back show a time twice: the first is by the offset before the change. */
    int64_t early = local_sec - zone_offset(low);
    if (early + zone_offset(early) == local_sec)
        return early;
    return bisect(low, high, shows, local_sec);
}

bool zone_next_change(int64_t from, int64_t end, int64_t *at)
{
    int64_t low = from < FIRST_CHANGE ? FIRST_CHANGE : from;
    int64_t last = end > LAST_CHANGE ? LAST_CHANGE : end;
    int64_t offset = zone_offset(from);
    while (low < last) {
        int64_t high = low + DAY < last ? low + DAY : last;
        if (zone_offset(high) != offset) {
            *at = bisect(low, high, differs, offset);
            return true;
        }
        low = high;
    }
    return false;
}
