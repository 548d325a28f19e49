#include "decimal.h"

#include <string.h>

/* Far beyond the length of any number that fits into memory: the exact figure makes no difference there. */
#define EXPONENT_MAX INT64_C(1000000000000000)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A JSON number taken apart. The digits are those of the integer and the fraction in a row. */
struct number {
    bool negative;
    const char *integer;
    size_t integer_len;
    const char *fraction;
    size_t fraction_len;
    int64_t exponent; /* bounded: see EXPONENT_MAX */
};

static size_t digits_at(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && is_digit(s[n]))
        n++;
    return n;
}

static bool split_exponent(const char *s, size_t len, int64_t *exponent)
{
    bool negative = len > 0 && s[0] == '-';
    if (len > 0 && (s[0] == '-' || s[0] == '+')) {
        s++;
        len--;
    }
    if (len == 0 || digits_at(s, len) != len)
        return false;
    int64_t value = 0;
    for (size_t i = 0; i < len; i++)
        value = value > EXPONENT_MAX ? value : value * 10 + (s[i] - '0');
    *exponent = negative ? -value : value;
    return true;
}

static bool split(struct text t, struct number *out)
{
    const char *s = t.bytes;
    size_t len = t.len;
    *out = (struct number){0};
    if (len > 0 && s[0] == '-') {
        out->negative = true;
        s++;
        len--;
    }
    out->integer = s;
    out->integer_len = digits_at(s, len);
    if (out->integer_len == 0 || (s[0] == '0' && out->integer_len > 1))
        return false;
    s += out->integer_len;
    len -= out->integer_len;
    if (len > 0 && s[0] == '.') {
        out->fraction = s + 1;
        out->fraction_len = digits_at(s + 1, len - 1);
        if (out->fraction_len == 0)
            return false;
        s += 1 + out->fraction_len;
        len -= 1 + out->fraction_len;
    }
    if (len > 0 && (s[0] == 'e' || s[0] == 'E'))
        return split_exponent(s + 1, len - 1, &out->exponent);
    return len == 0;
}

/* The digit with weight 10^power, whatever the power. */
static int digit_of(const struct number *n, int64_t power)
{
    int64_t place = power - n->exponent; /* in the number as spelled, without its exponent */
    if (place >= 0)
        return place < (int64_t)n->integer_len ? n->integer[n->integer_len - 1 - (size_t)place] - '0' : 0;
    return -place <= (int64_t)n->fraction_len ? n->fraction[-place - 1] - '0' : 0;
}

static bool any_digit_below(const struct number *n, int64_t power)
{
    int64_t lowest = n->exponent - (int64_t)n->fraction_len;
    int64_t highest = n->exponent + (int64_t)n->integer_len;
    for (int64_t p = lowest; p < power && p < highest; p++)
        if (digit_of(n, p) != 0)
            return true;
    return false;
}

/* Up from the digits kept, in `value`, by the digits that are not. */
static bool rounds_up(const struct number *n, int64_t value, bool sticky)
{
    int next = digit_of(n, -10);
    if (sticky)
        return value % 5 == 0 && (next > 0 || any_digit_below(n, -10));
    return next > 5 || (next == 5 && (value % 2 == 1 || any_digit_below(n, -10)));
}

static bool parse(struct text number, int64_t bound, bool sticky, int64_t *nano)
{
    struct number n;
    if (!split(number, &n))
        return false;
    int64_t lowest = n.exponent - (int64_t)n.fraction_len;
    for (int64_t p = n.exponent + (int64_t)n.integer_len - 1; p >= 10 && p >= lowest; p--)
        if (digit_of(&n, p) != 0)
            return false;
    int64_t value = 0;
    for (int64_t p = 9; p >= -9; p--) {
        if (value > (INT64_MAX - 9) / 10)
            return false;
        value = value * 10 + digit_of(&n, p);
    }
    value += rounds_up(&n, value, sticky);
    if (value / DECIMAL_ONE >= bound)
        return false;
    *nano = n.negative ? -value : value;
    return true;
}

bool decimal_parse(struct text number, int64_t bound, int64_t *nano)
{
    return parse(number, bound, false, nano);
}

bool decimal_parse_sticky(struct text number, int64_t bound, int64_t *nano)
{
    return parse(number, bound, true, nano);
}

bool decimal_digits(struct text number, struct decimal_digits *out)
{
    struct number n;
    *out = (struct decimal_digits){0};
    if (!number.bytes || !split(number, &n))
        return false;
    out->negative = n.negative;
    int64_t lowest = n.exponent - (int64_t)n.fraction_len;
    int64_t highest = n.exponent + (int64_t)n.integer_len - 1;
    while (highest >= lowest && digit_of(&n, highest) == 0)
        highest--;
    if (highest < lowest)
        return true;
    while (digit_of(&n, lowest) == 0)
        lowest++;
    if (highest - lowest >= DECIMAL_DIGITS_MAX)
        return false;
    for (int64_t p = highest; p >= lowest; p--)
        out->digits[highest - p] = (char)('0' + digit_of(&n, p));
    out->exponent = lowest;
    return true;
}

bool decimal_is_number(struct text t)
{
    struct number n;
    return t.bytes && split(t, &n);
}

bool decimal_is_plain(struct text t)
{
    return decimal_is_number(t) && !memchr(t.bytes, 'e', t.len) && !memchr(t.bytes, 'E', t.len);
}

/* Without the zeros at the end of its fraction; zero has no sign. */
static struct number shortest(struct text plain)
{
    struct number n = {0};
    split(plain, &n);
    while (n.fraction_len > 0 && n.fraction[n.fraction_len - 1] == '0')
        n.fraction_len--;
    n.negative = n.negative && !(n.fraction_len == 0 && n.integer_len == 1 && n.integer[0] == '0');
    return n;
}

bool decimal_equal(struct text a, struct text b)
{
    struct number x = shortest(a);
    struct number y = shortest(b);
    return x.negative == y.negative &&
           text_equal((struct text){x.integer, x.integer_len}, (struct text){y.integer, y.integer_len}) &&
           text_equal((struct text){x.fraction, x.fraction_len}, (struct text){y.fraction, y.fraction_len});
}

/* The digits of value in front of end; returns where they begin. */
static char *put_digits(uint64_t value, char *end)
{
    do {
        *--end = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return end;
}

/* Decimals are written three by three, as many threes as there are. */
static size_t format_at_least(int64_t nano, int decimals, char out[static DECIMAL_TEXT_MAX])
{
    uint64_t magnitude = nano < 0 ? -(uint64_t)nano : (uint64_t)nano;
    uint64_t fraction = magnitude % (uint64_t)DECIMAL_ONE;
    uint64_t one = (uint64_t)DECIMAL_ONE;
    int written = 9;
    for (; written > 3 && fraction % 1000 == 0; written -= 3) {
        fraction /= 1000;
        one /= 1000;
    }
    char digits[DECIMAL_TEXT_MAX];
    char *end = digits + sizeof digits;
    /* With a leading one, so that zeros are kept. */
    char *point = put_digits(fraction + one, end);
    *point = '.';
    char *start = put_digits(magnitude / (uint64_t)DECIMAL_ONE, point);
    if (nano < 0)
        *--start = '-';
    for (; written > decimals && end[-1] == '0'; written--)
        end--;
    if (end[-1] == '.')
        end--;
    size_t len = (size_t)(end - start);
    memcpy(out, start, len);
    out[len] = '\0';
    return len;
}

size_t decimal_format(int64_t nano, char out[static DECIMAL_TEXT_MAX])
{
    return format_at_least(nano, 0, out);
}

size_t decimal_format_money(int64_t nano, char out[static DECIMAL_TEXT_MAX])
{
    return format_at_least(nano, 2, out);
}
