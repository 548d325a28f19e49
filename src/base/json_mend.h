/* What goes before json-c: one linear pass that checks a document and rewrites it so that json-c loses nothing. */
#ifndef JOBLEDGER_JSON_MEND_H
#define JOBLEDGER_JSON_MEND_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

struct strbuf;

/* The first byte of every string in the rewritten text. json-c would clamp long integers and respell -0, so
 * numbers go through it as strings. Names of members carry no tag. */
enum json_tag { JSON_TAG_STRING = 's', JSON_TAG_NUMBER = 'n' };

struct json_mended {
    const char *problem; /* static, where the document was refused; completes "the document is ..." */
    bool altered;        /* what json_was_repaired() names stood in it, but for duplicates */
    bool unsure;         /* in what is not written out there may be duplicates */
    size_t members;      /* of all its objects that are written out together, duplicates counted */
};

/* Appends the rewritten document to out: valid JSON, valid UTF-8, no blanks, no \u0000. False where the document
 * is not JSON by RFC 8259 or nested deeper than JSON_DEPTH_MAX. Failed allocations are left to out->failed. opaque:
 * names of members of the root, up to NULL, whose arrays and objects are written out empty; NULL: none. */
bool json_mend(struct text document, const char *const *opaque, struct strbuf *out, struct json_mended *mended);

#endif
