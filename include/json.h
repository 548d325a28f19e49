/* JSON documents (RFC 8259) of any content, read without loss. json-c sits behind this contract.
 *
 * What json-c alone would lose is kept: numbers keep their spelling whatever their length ("1250.00", 23
 * digits, "1E5", "-0"); invalid UTF-8, \u0000 and lone surrogates become U+FFFD, one for each maximal broken part;
 * the last of duplicate members counts. */
#ifndef JOBLEDGER_JSON_H
#define JOBLEDGER_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

#define JSON_DEPTH_MAX 512 /* levels of arrays and objects that are read; deeper is refused */

struct strbuf;
struct json_reader; /* a reusable parser and the document it read last */
struct json;        /* a value in that document: valid until the next json_read() or json_reader_free() */

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_reader *json_reader_new(void); /* NULL: out of memory. Owned by the caller. */
void json_reader_free(struct json_reader *reader); /* NULL is allowed */

/* Reads a whole document; a UTF-8 BOM before it is skipped. NULL where it is not JSON, nested too deep or out of
 * memory: then *problem is a static text that says which and completes "the document is ...". */
const struct json *json_read(struct json_reader *reader, struct text document, const char **problem);

/* The same at less cost, for who needs no more than the members of the root: arrays and objects under these names of it (up
 * to NULL) are checked, but look empty. json_was_repaired() is then also true where it is not sure; a json_read() of
 * the same document knows. */
const struct json *json_read_outline(struct json_reader *reader, struct text document, const char *const *opaque,
                                     const char **problem);

/* True where the document read last had something that other readers (SQLite's among them) would see differently than we
 * do: a BOM, broken UTF-8, \u0000, a lone surrogate, a duplicate member, a quote or an escaped ASCII character in a
 * member's name (SQLite before 3.45 looks for names as they are spelled); or, in an array that is not made of objects
 * alone, an escape that json_write() would not write. json_write_repaired() is then its repaired form. */
bool json_was_repaired(const struct json_reader *reader);

/* A new empty buffer for text made out of the document. The reader's: valid until the next json_read() or
 * json_reader_free(). NULL: out of memory. */
struct strbuf *json_scratch(struct json_reader *reader);

enum json_type json_type(const struct json *value); /* of NULL: JSON_NULL */

/* A string's text without quotes and escapes, a number's spelling, "true" or "false"; else TEXT_NONE. Valid UTF-8. */
struct text json_text(const struct json *value);
bool json_is_true(const struct json *value);

/* The member of an object, NULL where there is none or value is not an object (a member that is null is
 * a value of type JSON_NULL). */
const struct json *json_member(const struct json *object, const char *name);

size_t json_length(const struct json *array); /* of anything else: 0 */
const struct json *json_at(const struct json *array, size_t index);

/* Walks an object's members in document order:
 *     struct json_members it = json_members(object);
 *     while (json_next(&it)) use(it.name, it.value);
 * Of anything but an object: none. */
struct json_members {
    struct text name;
    const struct json *value;
    const void *next; /* private */
};
struct json_members json_members(const struct json *object);
bool json_next(struct json_members *it);

/* Appends the value as compact JSON: no blanks, numbers as they were spelled, escaping only what JSON must. */
void json_write(struct strbuf *out, const struct json *value);

/* The same with the quotes in members' names as \u0022, since SQLite finds no member whose name holds an escaped one. */
void json_write_repaired(struct strbuf *out, const struct json *value);

/* Appends a string as a JSON string. Its bytes must be UTF-8. */
void json_write_string(struct strbuf *out, struct text string);

#endif
