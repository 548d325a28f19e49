/* Exact decimals: int64 counts of 10^-9 ("nano"). No binary floating point anywhere. */
#ifndef JOBLEDGER_DECIMAL_H
#define JOBLEDGER_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define DECIMAL_ONE INT64_C(1000000000)
#define DECIMAL_TEXT_MAX 32 /* room for any formatted decimal and its NUL */

/* Reads a JSON number (RFC 8259, section 6: exponents allowed) of any length, rounded half-even to 9
 * decimals. False where it is not a JSON number or its rounded magnitude is not below `bound` units
 * (bound * 10^9 must fit int64; a bound of 1000000 keeps 9 * 10^6 summands within int64). */
bool decimal_parse(struct text number, int64_t bound, int64_t *nano);

/* Likewise, but for figures that are rounded again later: digits beyond the ninth are cut off, and where any of them was not
 * 0, a ninth digit of 0 or 5 becomes 1 or 6. So what was above or below half of a coarser unit, or unequal to it,
 * still is, and rounding to fewer decimals gives what the exact figure would have given. */
bool decimal_parse_sticky(struct text number, int64_t bound, int64_t *nano);

/* True for a JSON number. */
bool decimal_is_number(struct text t);

/* True for -?(0|[1-9][0-9]*)(\.[0-9]+)? : what a spreadsheet takes as a number and never as a formula. */
bool decimal_is_plain(struct text t);

/* Whether two plain numbers of any length are equal in value: 1250 = 1250.00. */
bool decimal_equal(struct text a, struct text b);

/* A number by its significant digits: its magnitude is `digits` as a whole number, times 10^exponent. */
#define DECIMAL_DIGITS_MAX 15
struct decimal_digits {
    bool negative;
    char digits[DECIMAL_DIGITS_MAX + 1]; /* NUL-terminated, no 0 at either end; "" where the number is 0 */
    int64_t exponent;                    /* 0 where the number is 0 */
};

/* False where it is not a JSON number, or has more than DECIMAL_DIGITS_MAX significant digits. */
bool decimal_digits(struct text number, struct decimal_digits *out);

/* Shortest spelling: no trailing zeros, no point without decimals ("2.3", "0", "-5"). Returns the length. */
size_t decimal_format(int64_t nano, char out[static DECIMAL_TEXT_MAX]);

/* Money: as decimal_format() but never fewer than two decimals ("0.015", "1.50", "0.00"). */
size_t decimal_format_money(int64_t nano, char out[static DECIMAL_TEXT_MAX]);

#endif
