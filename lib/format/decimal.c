/* SPDX-License-Identifier: MIT */
/*
 * The decimal D 10^E is approximated in double, with an error of a few 2^-53. That
 * settles to which float it rounds, but where it lies very close to the middle of two,
 *
 *     m 2^e   and   (m + 1) 2^e
 *
 * Then the decimal is compared with that middle, (2m + 1) 2^(e-1), exactly, in large
 * integers. (Clinger, "How to read floating point numbers accurately", 1990, has the
 * problem; comparing with the middle is David Gay's bigcomp.)
 */
#include "format/decimal.h"

#include <math.h>
#include <string.h>

enum {
    EXACT_DIGITS = 19,  /* Digits that surely fit a uint64_t. */
    DIGITS_LIMIT = 120, /* The middle of two floats has at most 113 digits. */
    MAX_EXPONENT = 40,  /* Of the first digit: from here on it is beyond float, */
    MIN_EXPONENT = -50, /* and below here it is nearest to 0. */
    LARGE = 100000000   /* No text that fits memory outweighs such an exponent. */
};

struct decimal {
    bool negative;
    const unsigned char *digits; /* From the first that is not 0; may hold one point. */
    size_t length;               /* To the last digit, with the point. */
    int64_t exponent;            /* Of the first digit. */
};

/* Grammar. */

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(const unsigned char *text, const unsigned char *end)
{
    size_t count = 0;

    while (text + count < end && is_digit(text[count]))
        count++;
    return count;
}

/* [e[+-]digits] to the end of the text. */
static bool read_exponent(const unsigned char *text, const unsigned char *end,
                          int64_t *exponent)
{
    bool negative;
    int64_t value = 0;

    *exponent = 0;
    if (text == end)
        return true;
    if (*text != 'e' && *text != 'E')
        return false;
    text++;
    negative = text < end && *text == '-';
    if (text < end && (*text == '-' || *text == '+'))
        text++;
    if (text == end || text + count_digits(text, end) != end)
        return false;
    for (; text < end; text++)
        value = value < LARGE ? value * 10 + (*text - '0') : value;
    *exponent = negative ? -value : value;
    return true;
}

/* Step over the zeros in front, through the point as well. */
static void strip_zeros(struct decimal *decimal, size_t before_point)
{
    size_t zeros = 0;
    size_t position = 0;

    while (position < decimal->length &&
           (decimal->digits[position] == '0' || decimal->digits[position] == '.')) {
        zeros += decimal->digits[position] == '0';
        position++;
    }
    decimal->digits += position;
    decimal->length -= position;
    decimal->exponent += (int64_t)before_point - 1 - (int64_t)zeros;
}

static bool read_grammar(const unsigned char *text, size_t length,
                         struct decimal *decimal)
{
    const unsigned char *end = text + length;
    size_t before;
    size_t after = 0;

    decimal->negative = length > 0 && *text == '-';
    if (length > 0 && (*text == '-' || *text == '+'))
        text++;
    before = count_digits(text, end);
    decimal->digits = text;
    text += before;
    if (before == 0)
        return false;
    if (text < end && *text == '.') {
        after = count_digits(text + 1, end);
        if (after == 0)
            return false;
        text += 1 + after;
    }
    decimal->length = (size_t)(text - decimal->digits);
    if (!read_exponent(text, end, &decimal->exponent))
        return false;
    strip_zeros(decimal, before);
    return true;
}

/* Approximate. */

/* 10^k is exact in double up to here. */
static const double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
enum { EXACT_POWERS = 22 };

static double scale_by_ten(double value, int64_t exponent)
{
    for (; exponent > EXACT_POWERS; exponent -= EXACT_POWERS)
        value *= powers_of_ten[EXACT_POWERS];
    for (; exponent < -EXACT_POWERS; exponent += EXACT_POWERS)
        value /= powers_of_ten[EXACT_POWERS];
    return exponent < 0 ? value / powers_of_ten[-exponent]
                        : value * powers_of_ten[exponent];
}

static double approximate(const struct decimal *decimal)
{
    uint64_t integer = 0;
    int64_t count = 0;

    for (size_t i = 0; i < decimal->length && count < EXACT_DIGITS; i++)
        if (decimal->digits[i] != '.') {
            integer = integer * 10 + (uint64_t)(decimal->digits[i] - '0');
            count++;
        }
    return scale_by_ten((double)integer, decimal->exponent - count + 1);
}

/* Compare exactly. */

/* An unsigned integer, the lowest limb first. The largest is a middle of 25 bits times
 * 10^(DIGITS_LIMIT - MIN_EXPONENT) times 2^150: under 800 bits. */
enum { LIMBS = 32 };
struct big {
    uint32_t limbs[LIMBS];
};

static void big_multiply_add(struct big *big, uint32_t factor, uint32_t summand)
{
    uint64_t carry = summand;

    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)big->limbs[i] * factor;
        big->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static void big_power(struct big *big, uint32_t base, int64_t exponent)
{
    for (; exponent > 0; exponent--)
        big_multiply_add(big, base, 0);
}

static int big_compare(const struct big *a, const struct big *b)
{
    for (int i = LIMBS - 1; i >= 0; i--)
        if (a->limbs[i] != b->limbs[i])
            return a->limbs[i] < b->limbs[i] ? -1 : 1;
    return 0;
}

/* All digits up to the limit; a 1 behind them stands for all that are cut off, which
 * can no longer make the number equal to a middle. Returns how many. */
static int64_t big_digits(const struct decimal *decimal, struct big *big)
{
    int64_t count = 0;
    bool more = false;

    for (size_t i = 0; i < decimal->length; i++) {
        const unsigned char c = decimal->digits[i];

        if (c != '.' && count < DIGITS_LIMIT) {
            big_multiply_add(big, 10, (uint32_t)(c - '0'));
            count++;
        } else if (c != '.') {
            more = more || c != '0';
        }
    }
    if (more)
        big_multiply_add(big, 10, 1);
    return count + more;
}

/* The sign of |decimal| - middle 2^exponent. */
static int compare(const struct decimal *decimal, uint32_t middle, int exponent)
{
    struct big left = {{0}};
    struct big right = {{middle}};
    const int64_t count = big_digits(decimal, &left);
    const int64_t tens = decimal->exponent - count + 1;

    big_power(tens > 0 ? &left : &right, 10, tens > 0 ? tens : -tens);
    big_power(exponent > 0 ? &right : &left, 2, exponent > 0 ? exponent : -exponent);
    return big_compare(&left, &right);
}

/* Round. */

enum { FLOAT_BITS = 24, LEAST_EXPONENT = -149 };

static float nearest(const struct decimal *decimal, double value)
{
    int exponent;
    double steps;
    double below;
    double above;

    (void)frexp(value, &exponent);
    exponent -= FLOAT_BITS;
    if (exponent < LEAST_EXPONENT)
        exponent = LEAST_EXPONENT;
    steps = ldexp(value, -exponent);
    below = floor(steps);
    above = steps - below - 0.5;
    if (fabs(above) < 1e-6)
        above = compare(decimal, 2 * (uint32_t)below + 1, exponent - 1);
    if (above > 0.0 || (above == 0.0 && fmod(below, 2.0) != 0.0))
        below += 1.0;
    return (float)ldexp(below, exponent);
}

enum bp_decimal bp_decimal_read(const unsigned char *text, size_t length, float *value)
{
    struct decimal decimal;
    float magnitude = 0.0f;

    if (!read_grammar(text, length, &decimal))
        return BP_DECIMAL_MALFORMED;
    if (decimal.length > 0 && decimal.exponent > MAX_EXPONENT)
        return BP_DECIMAL_OVERFLOW;
    if (decimal.length > 0 && decimal.exponent >= MIN_EXPONENT)
        magnitude = nearest(&decimal, approximate(&decimal));
    if (isinf(magnitude))
        return BP_DECIMAL_OVERFLOW;
    *value = decimal.negative ? -magnitude : magnitude;
    return BP_DECIMAL_OK;
}
