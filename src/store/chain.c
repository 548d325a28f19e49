#include "chain.h"

#include <string.h>

#include "strbuf.h"

#define LINES_USUAL 400 /* bytes of the lines of a link, so that the buffer grows once */

static const uint8_t nothing[SHA256_SIZE];

void chain_hex(const uint8_t *sum, char out[static CHAIN_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        out[2 * i] = digits[sum[i] >> 4];
        out[2 * i + 1] = digits[sum[i] & 0xF];
    }
    out[2 * SHA256_SIZE] = '\0';
}

static void add_sum(struct strbuf *lines, const uint8_t *sum)
{
    char hex[CHAIN_HEX_SIZE];
    chain_hex(sum ? sum : nothing, hex);
    hex[CHAIN_HEX_SIZE - 1] = '\n';
    strbuf_append(lines, hex, sizeof hex);
}

static void add_int(struct strbuf *lines, int64_t value)
{
    strbuf_put_int(lines, value);
    strbuf_putc(lines, '\n');
}

static void add_text(struct strbuf *lines, struct text text)
{
    strbuf_append(lines, text.bytes, text.len);
    strbuf_putc(lines, '\n');
}

static void add_int_or_nothing(struct strbuf *lines, bool known, int64_t value)
{
    if (known)
        add_int(lines, value);
    else
        add_text(lines, TEXT_NONE);
}

static bool finish(struct strbuf *lines, uint8_t out[static SHA256_SIZE])
{
    bool ok = !lines->failed;
    if (ok)
        sha256_of((struct text){lines->bytes, lines->len}, out);
    strbuf_free(lines);
    return ok;
}

bool chain_link(const uint8_t *before, const struct chain_answer *answer, uint8_t out[static SHA256_SIZE])
{
    struct strbuf lines = {0};
    strbuf_reserve(&lines, LINES_USUAL);
    add_sum(&lines, before);
    add_text(&lines, answer->job_id);
    add_int(&lines, answer->run);
    add_int(&lines, answer->received_at);
    add_int(&lines, answer->http_status);
    add_text(&lines, answer->request_id);
    add_int_or_nothing(&lines, answer->server_ms >= 0, answer->server_ms);
    add_sum(&lines, answer->sha256);
    return finish(&lines, out);
}

bool chain_digest(const uint8_t *before, const struct chain_run *run, uint8_t out[static SHA256_SIZE])
{
    struct strbuf lines = {0};
    add_sum(&lines, before);
    add_int(&lines, run->run);
    add_int(&lines, run->started_at);
    add_int(&lines, run->last_answer);
    add_sum(&lines, run->last_link);
    for (int i = 0; run->figures[CHAIN_BYTES].known && i < CHAIN_FIGURES; i++)
        add_int_or_nothing(&lines, run->figures[i].known, run->figures[i].value);
    return finish(&lines, out);
}
