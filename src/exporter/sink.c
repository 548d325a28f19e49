#include "sink.h"

#include <errno.h>
#include <string.h>

#include "file.h"

#define CHUNK (1u << 16) /* bytes handed on at once: few calls, and a pipe that was closed is noticed soon */

static enum result failed(struct error *err)
{
    return error_set(err, RESULT_REPORT, "the report can't be written: %s%s", strerror(errno), file_way_out(errno));
}

static enum result hand_on(struct sink *sink, struct error *err)
{
    if (sink->buf.failed)
        return error_memory(err);
    if (sink->buf.len > 0 && fwrite(sink->buf.bytes, 1, sink->buf.len, sink->out) != sink->buf.len)
        return failed(err);
    strbuf_clear(&sink->buf);
    return RESULT_OK;
}

enum result sink_row_end(struct sink *sink, struct error *err)
{
    return sink->buf.len < CHUNK && !sink->buf.failed ? RESULT_OK : hand_on(sink, err);
}

enum result sink_finish(struct sink *sink, struct error *err)
{
    enum result result = hand_on(sink, err);
    if (result == RESULT_OK && (fflush(sink->out) != 0 || ferror(sink->out)))
        result = failed(err);
    return result;
}

void sink_free(struct sink *sink)
{
    strbuf_free(&sink->buf);
}
