/* Bytes of a descriptor, unpacked where they are gzip or zstd: that is known by their content. zlib and libzstd sit
 * behind this contract. */
#ifndef JOBLEDGER_READER_UNPACK_H
#define JOBLEDGER_READER_UNPACK_H

#include <stddef.h>

#include "result.h"

struct reader_unpack;

/* The descriptor stays the caller's and is read from its current place. name is printable, for messages, and must
 * outlive the object. */
enum result reader_unpack_open(int fd, const char *name, struct reader_unpack **out, struct error *err);
void reader_unpack_close(struct reader_unpack *unpack); /* NULL is allowed */

/* Up to size bytes, at least one unless *len is 0: then this was the end. Members of gzip and frames of zstd that
 * follow each other are one content, zero bytes behind the last member are ignored, what is packed twice stays packed
 * once. RESULT_INPUT where the descriptor can't be read, or its content is damaged, cut short or followed by something
 * else: then *len is 0, and it is not to be called again. */
enum result reader_unpack_read(struct reader_unpack *unpack, char *out, size_t size, size_t *len, struct error *err);

#endif
