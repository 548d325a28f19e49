/* The config file: lines of `option = value`, [COMMAND] before those for one command. inih sits behind this contract. */
#ifndef JOBLEDGER_CLI_CONFIG_FILE_H
#define JOBLEDGER_CLI_CONFIG_FILE_H

#include "cli.h"

#define CONFIG_FILE_MAX (1u << 20) /* bytes; what is longer is something else, named by mistake */

/* The whole file. RESULT_USAGE where it can't be read, or is not text in UTF-8. */
enum result config_file_read(const char *path, struct strbuf *text, struct error *err);

/* Adds what the text says to givens, which point into it from then on; path is for messages. Goes on behind a mistake,
 * which is to be logged in the format that is named later: RESULT_USAGE names the first. Names are checked here, values by
 * whoever sets them. */
enum result config_file_parse(const char *path, struct strbuf *text, struct givens *givens, struct error *err);

/* Appends value as it is written in a config file. False, and nothing is appended, where it is not fit to be read there:
 * it has control characters or is not UTF-8. */
bool config_file_spell(struct strbuf *out, const char *value);

/* "PATH:LINE", escaped. Returns out. */
const char *config_file_place(const char *path, unsigned line, char *out, size_t size);

#endif
