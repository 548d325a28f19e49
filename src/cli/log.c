#include "log.h"

#include <stdarg.h>
#include <stdio.h>

#include "json.h"
#include "strbuf.h"

#define LINE_MAX_BYTES 4096

static const char *const level_names[] = {"error", "warning", "info", "debug"};

static bool wanted(const struct log *log, enum log_level level)
{
    if (level == LOG_NOTICE)
        return !log->quiet;
    if (level == LOG_DETAIL)
        return !log->quiet && log->verbose > 0;
    return true;
}

static void as_json(struct strbuf *out, const struct log *log, enum log_level level, const char *message)
{
    char now[TIMESTAMP_TEXT_MAX];
    timestamp_format((struct timestamp){clock_now(log->clock).sec, 0}, now);
    strbuf_printf(out, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":", now, level_names[level]);
    struct text text = text_of(message);
    text.len = utf8_valid_prefix(text.bytes, text.len); /* a line that was cut may end within a character */
    json_write_string(out, text);
    strbuf_puts(out, "}\n");
}

void log_clear_line(struct log *log)
{
    if (log->line_shown)
        fputs("\r\033[K", stderr);
    log->line_shown = false;
}

void log_line(struct log *log, enum log_level level, const char *format, ...)
{
    if (!wanted(log, level))
        return;
    char message[LINE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    struct strbuf line = {0};
    if (log->json)
        as_json(&line, log, level, message);
    else
        strbuf_printf(&line, "%s%s\n", level <= LOG_WARNING ? "jobledger: " : "", message);
    log_clear_line(log);
    if (line.bytes)
        fwrite(line.bytes, 1, line.len, stderr);
    strbuf_free(&line);
}
