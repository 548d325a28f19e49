#include "judge.h"

#include "decimal.h"
#include "extracted.h"

static bool agree(struct text a, struct text b)
{
    a = text_trim_space(a);
    b = text_trim_space(b);
    if (decimal_is_plain(a) && decimal_is_plain(b))
        return decimal_equal(a, b);
    return text_equal(a, b);
}

enum verdict judge(struct text expected, const struct json *data, struct text path, struct strbuf *scratch,
                   struct text *extracted)
{
    const struct json *value = extracted_at(data, path);
    *extracted = TEXT_NONE;
    if (json_type(value) == JSON_NULL)
        return VERDICT_MISSING;
    *extracted = json_text(value);
    if (!extracted->bytes) {
        strbuf_clear(scratch);
        json_write(scratch, value);
        *extracted = (struct text){scratch->bytes, scratch->len};
    }
    return agree(expected, *extracted) ? VERDICT_MATCHED : VERDICT_MISMATCHED;
}
