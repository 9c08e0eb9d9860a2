/* SPDX-License-Identifier: MIT */
#include "format/exact.h"

#include <math.h>
#include <string.h>

#define WHOLE_END 9007199254740992.0 /* 2^53 */

enum { FRACTION_BITS = 52, LEAST_EXPONENT = -1022, MOST_DIGITS = 20 };

static char *put_whole(char *to, uint64_t number)
{
    char digits[MOST_DIGITS];
    int count = 0;

    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0)
        *to++ = digits[--count];
    return to;
}

const char *bp_exact_whole(struct bp_exact *exact, uint64_t number)
{
    *put_whole(exact->text, number) = '\0';
    return exact->text;
}

/* The 52 bits behind the point, four at a time, as long as any is set. */
static char *put_fraction(char *to, uint64_t fraction)
{
    static const char digits[] = "0123456789abcdef";
    const uint64_t mask = (UINT64_C(1) << FRACTION_BITS) - 1;

    if (fraction != 0)
        *to++ = '.';
    for (; fraction != 0; fraction = fraction << 4 & mask)
        *to++ = digits[fraction >> (FRACTION_BITS - 4)];
    return to;
}

static char *put_hex(char *to, uint64_t bits)
{
    const uint64_t fraction = bits & ((UINT64_C(1) << FRACTION_BITS) - 1);
    const int biased = (int)(bits >> FRACTION_BITS & 0x7FF);
    const int exponent = biased > 0 ? biased - 1023 : LEAST_EXPONENT;

    memcpy(to, biased > 0 ? "0x1" : "0x0", 3);
    to = put_fraction(to + 3, fraction);
    *to++ = 'p';
    *to++ = exponent < 0 ? '-' : '+';
    return put_whole(to, (uint64_t)(exponent < 0 ? -exponent : exponent));
}

const char *bp_exact_write(struct bp_exact *exact, double number)
{
    const double magnitude = fabs(number);
    char *to = exact->text;
    uint64_t bits;

    memcpy(&bits, &number, sizeof bits);
    if (bits >> 63)
        *to++ = '-';
    if (magnitude < WHOLE_END && magnitude == floor(magnitude))
        to = put_whole(to, (uint64_t)magnitude);
    else
        to = put_hex(to, bits);
    *to = '\0';
    return exact->text;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Digits of a base, at most so many; moves *from behind them. */
static uint64_t take_digits(const char **from, int base, int most)
{
    uint64_t value = 0;

    for (; most > 0 && digit_of(**from) >= 0 && digit_of(**from) < base; most--)
        value = value * (uint64_t)base + (uint64_t)digit_of(*(*from)++);
    return value;
}

/* 0x1.8p-1 as 0x18 * 2^(-1 - 4). Whether this is the way to write it is seen later. */
static double take_hex(const char *from)
{
    const char *point;
    uint64_t mantissa = take_digits(&from, 16, 1);
    int exponent;
    bool negative;

    from += *from == '.';
    point = from;
    while (digit_of(*from) >= 0 && from - point < FRACTION_BITS / 4)
        mantissa = mantissa * 16 + (uint64_t)digit_of(*from++);
    exponent = -4 * (int)(from - point);
    from += *from == 'p';
    negative = *from == '-';
    from += *from == '-' || *from == '+';
    exponent += (negative ? -1 : 1) * (int)take_digits(&from, 10, 4);
    return ldexp((double)mantissa, exponent);
}

/* Read leniently, then see that it is written so: that alone decides. */
bool bp_exact_read(const char *text, double *number)
{
    const bool negative = text[0] == '-';
    const char *from = text + negative;
    const bool hex = from[0] == '0' && from[1] == 'x';
    struct bp_exact again;
    double value = hex ? take_hex(from + 2) : (double)take_digits(&from, 10, 16);

    if (negative)
        value = -value;
    if (!isfinite(value) || strcmp(bp_exact_write(&again, value), text) != 0)
        return false;
    *number = value;
    return true;
}

bool bp_exact_read_whole(const char *text, uint64_t most, uint64_t *number)
{
    const char *from = text;
    uint64_t value = 0;
    struct bp_exact again;

    for (; digit_of(*from) >= 0 && digit_of(*from) < 10; from++) {
        const uint64_t digit = (uint64_t)digit_of(*from);

        if (value > (most - (digit < most ? digit : most)) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (value > most || strcmp(bp_exact_whole(&again, value), text) != 0)
        return false;
    *number = value;
    return true;
}
