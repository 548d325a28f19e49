#include <string.h>

#include "fetcher.h"
#include "url.h"

#define KEY_MIN 8 /* the contract's: shorter is a slip of the pen */

enum result fetch_check_url(const char *url, struct error *err)
{
    const char *fault = url_fault(url, false);
    if (!fault)
        return RESULT_OK;
    char shown[512];
    /* What may be a password is not repeated. */
    if (strchr(url, '@'))
        return error_set(err, RESULT_USAGE, "--base-url: %s; the key goes into --api-key-file", fault);
    return error_set(err, RESULT_USAGE, "--base-url: \"%s\": %s",
                     text_printable(text_of(url), 200, shown, sizeof shown), fault);
}

/* C0, DEL, and C1 as UTF-8 spells it (U+0080 to U+009F: C2 80 to C2 9F). */
static bool has_control(struct text t)
{
    for (size_t i = 0; i < t.len; i++) {
        unsigned char c = (unsigned char)t.bytes[i];
        unsigned char next = i + 1 < t.len ? (unsigned char)t.bytes[i + 1] : 0;
        if (c < 0x20 || c == 0x7F || (c == 0xC2 && next >= 0x80 && next < 0xA0))
            return true;
    }
    return false;
}

enum result fetch_check_key(const char *key, struct error *err)
{
    struct text t = text_of(key);
    if (t.len < KEY_MIN)
        return error_set(err, RESULT_CREDENTIALS, "the API key is too short: it must have at least %d characters; "
                         "check --api-key-file or $FREDDY_API_KEY", KEY_MIN);
    if (t.len > FETCH_KEY_MAX)
        return error_set(err, RESULT_CREDENTIALS, "the API key is too long: it must have at most %d bytes; "
                         "check --api-key-file or $FREDDY_API_KEY", FETCH_KEY_MAX);
    if (has_control(t))
        return error_set(err, RESULT_CREDENTIALS, "the API key has control characters (a line end within it?): it must "
                         "be one line; check --api-key-file or $FREDDY_API_KEY");
    return RESULT_OK;
}
