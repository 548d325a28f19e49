/* Whatever is read can be written, what was written is read without repair, and is written the same again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "strbuf.h"

static void must(int holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct json_reader *reader;
    const char *problem = NULL;
    if (!reader)
        reader = json_reader_new();
    const struct json *root = json_read(reader, (struct text){(const char *)data, size}, &problem);
    if (!root) {
        must(problem != NULL);
        return 0;
    }
    struct strbuf first = {0};
    struct strbuf second = {0};
    json_write(&first, root);
    must(utf8_valid_prefix(first.bytes, first.len) == first.len);
    must(memchr(first.bytes, '\0', first.len) == NULL);
    root = json_read(reader, (struct text){first.bytes, first.len}, &problem);
    must(root != NULL && !json_was_repaired(reader));
    json_write(&second, root);
    must(first.len == second.len && memcmp(first.bytes, second.bytes, first.len) == 0);
    strbuf_free(&first);
    strbuf_free(&second);
    return 0;
}
