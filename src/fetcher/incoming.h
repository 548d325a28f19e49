/* An answer while it comes in, within its bounds. Fed by the transport's callbacks. */
#ifndef JOBLEDGER_INCOMING_H
#define JOBLEDGER_INCOMING_H

#include <stdbool.h>
#include <stddef.h>

#include "strbuf.h"
#include "transport.h"

#define INCOMING_HEADERS_MAX (256u << 10) /* bytes of all header lines, those of interim answers included */

/* {0} is ready for use. */
struct incoming {
    struct strbuf body;
    struct strbuf values[HEADER_COUNT];
    bool present[HEADER_COUNT];
    size_t header_bytes;
    bool head_ended;      /* the blank line after the last answer's headers came */
    enum failure failure; /* the bound that was passed */
    bool no_memory;
};

/* Ready for the next answer; memory is kept within reason. */
void incoming_clear(struct incoming *in);
void incoming_free(struct incoming *in);

/* One header line or status line, with or without its line end; part of the decoded body. False: no more of it, see
 * failure and no_memory. */
bool incoming_header(struct incoming *in, const char *bytes, size_t len);
bool incoming_body(struct incoming *in, const char *bytes, size_t len);

/* Lends body and headers to the reply. */
void incoming_lend(const struct incoming *in, struct reply *reply);

#endif
