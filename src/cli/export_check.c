/* Options of export that make no sense together. In a config file they wait for what they are meant for. */
#include <string.h>
#include <unistd.h>

#include "cli.h"

/* Options that mean something to some reports only. */
static enum result check_report(const struct cli *cli, const struct report *report, struct error *err)
{
    static const struct {
        const char *option;
        const char *reports[2];
    } limited[] = {
        {"by", {"models", "daily"}},
        {"path", {"items", NULL}},
        {"with", {"items", NULL}},
        {"threshold", {"review", NULL}},
        {"stale-after", {"stale", NULL}},
    };
    for (size_t i = 0; i < sizeof limited / sizeof limited[0]; i++) {
        const char *const *names = limited[i].reports;
        bool fits = strcmp(report->name, names[0]) == 0 || (names[1] && strcmp(report->name, names[1]) == 0);
        if (fits || !givens_have(&cli->given, limited[i].option, ORIGIN_ARGUMENT))
            continue;
        return error_set(err, RESULT_USAGE, "--%s is for the report %s%s%s, not for %s", limited[i].option, names[0],
                         names[1] ? " and " : "", names[1] ? names[1] : "", report->name);
    }
    return RESULT_OK;
}

#define FORMAT(id) (1u << (EXPORT_##id))

/* Options that mean something to some formats only. */
static enum result check_format(const struct cli *cli, struct error *err)
{
    static const struct {
        const char *option;
        unsigned formats;
    } limited[] = {
        {"delimiter", FORMAT(CSV)},
        {"no-header", FORMAT(CSV) | FORMAT(TSV) | FORMAT(XLSX)},
        {"excel", FORMAT(CSV) | FORMAT(TSV)},
        {"bom", FORMAT(CSV) | FORMAT(TSV)},
        {"crlf", FORMAT(CSV) | FORMAT(TSV)},
        {"decimal-comma", FORMAT(CSV) | FORMAT(TSV)},
        {"cells", FORMAT(CSV) | FORMAT(TSV)},
    };
    const struct export_options *export = &cli->settings.export;
    for (size_t i = 0; i < sizeof limited / sizeof limited[0]; i++) {
        const char *option = limited[i].option;
        bool of_the_input = cli->command == COMMAND_RUN && (strcmp(option, "delimiter") == 0 ||
                                                            strcmp(option, "no-header") == 0);
        bool cells = strcmp(option, "cells") == 0;
        if (of_the_input || (limited[i].formats & (1u << export->format)) || (cells && !export->verbatim) ||
            !givens_have(&cli->given, option, ORIGIN_ARGUMENT))
            continue;
        return error_set(err, RESULT_USAGE, "--%s%s does not go with --format %s", option, cells ? " verbatim" : "",
                         export_suffix(export->format));
    }
    return RESULT_OK;
}

enum result export_check(const struct cli *cli, const struct report *report, struct error *err)
{
    const struct settings *s = &cli->settings;
    enum result result = check_format(cli, err);
    if (result == RESULT_OK && report)
        result = check_report(cli, report, err);
    if (result == RESULT_OK && s->export.format == EXPORT_XLSX && s->output &&
        strcmp(s->output, "-") == 0 && isatty(STDOUT_FILENO))
        return error_set(err, RESULT_USAGE, "a workbook is not for a terminal: name a file with -o FILE");
    return result;
}
