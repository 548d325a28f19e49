/* Bytes of a descriptor, unpacked and decoded to UTF-8. iconv sits behind this. */
#ifndef JOBLEDGER_READER_SOURCE_H
#define JOBLEDGER_READER_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "reader.h"

#define READER_CHUNK_MAX (1u << 17) /* bytes; chunks are as long as they can be, however few each read(2) brings */

struct reader_source;

/* name is printable, for messages, and must outlive the source; likewise what the options point to. RESULT_USAGE where
 * iconv doesn't know the encoding. */
enum result reader_source_open(int fd, const char *name, const struct reader_options *options,
                               struct reader_source **out, struct error *err);
void reader_source_close(struct reader_source *source); /* NULL is allowed */

/* The next chunk: valid UTF-8 without BOM and NUL bytes, valid until the next call; empty at the end. line is that
 * of the chunk's first byte, for messages. RESULT_INPUT where the bytes can't be had or decoded, or are no text. */
enum result reader_source_next(struct reader_source *source, uint64_t line, struct text *chunk, struct error *err);

/* The chunk handed out last is the end of the file. */
bool reader_source_ended(const struct reader_source *source);

/* After the first chunk: it begins, blanks aside, as a JSON object or array does. */
bool reader_source_is_json(const struct reader_source *source);

#endif
