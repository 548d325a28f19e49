#include "result.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

enum result error_set(struct error *err, enum result result, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
    }
    return result;
}

enum result error_memory(struct error *err)
{
    return error_set(err, RESULT_LEDGER, "out of memory; what was saved before is kept");
}

static int rank(enum result result)
{
    static const enum result order[] = {
        RESULT_SIGINT, RESULT_SIGTERM, RESULT_LOCKED, RESULT_USAGE,       RESULT_CREDENTIALS, RESULT_LEDGER,
        RESULT_INPUT,  RESULT_REPORT,  RESULT_API,    RESULT_LOOSE_ENDS, RESULT_OK,
    };
    int i = 0;
    while (order[i] != result && order[i] != RESULT_OK)
        i++;
    return i;
}

enum result result_worse(enum result a, enum result b)
{
    return rank(a) <= rank(b) ? a : b;
}
