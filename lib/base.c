/* SPDX-License-Identifier: MIT */
#include "base.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool bp_mul(size_t a, size_t b, size_t *result)
{
    if (b != 0 && a > SIZE_MAX / b)
        return false;
    *result = a * b;
    return true;
}

bool bp_add(size_t a, size_t b, size_t *result)
{
    if (a > SIZE_MAX - b)
        return false;
    *result = a + b;
    return true;
}

bool bp_align_up(size_t size, size_t alignment, size_t *result)
{
    size_t sum;

    if (!bp_add(size, alignment - 1, &sum))
        return false;
    *result = sum & ~(alignment - 1);
    return true;
}

bp_status bp_fail(struct bp_text *text, bp_status status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text->line, sizeof text->line, format, arguments);
    va_end(arguments);
    return status;
}

/* What is neither digit, sign nor letter of "nan", "inf" or an exponent is the decimal
 * sign of the host's locale, which may be of several bytes. */
static bool is_sign(char c)
{
    return c != '\0' && strchr("+-0123456789einfa", c) == NULL;
}

struct bp_number bp_number_digits(double value, int digits)
{
    struct bp_number number;
    char *to = number.text;
    char local[sizeof number.text];
    const char *from;

    (void)snprintf(local, sizeof local, "%.*g", digits, value);
    for (from = local; *from != '\0'; from++) {
        if (!is_sign(*from))
            *to++ = *from;
        else if (!is_sign(from[1]))
            *to++ = '.';
    }
    *to = '\0';
    return number;
}

struct bp_number bp_number(double value)
{
    return bp_number_digits(value, 6);
}

bp_status bp_fail_null(struct bp_text *text, const char *argument)
{
    return bp_fail(text, BP_EINVAL, "%s is NULL", argument);
}
