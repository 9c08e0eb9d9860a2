/* SPDX-License-Identifier: MIT */
#include "base.h"

#include <stdarg.h>
#include <stdio.h>

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

bp_status bp_fail_null(struct bp_text *text, const char *argument)
{
    return bp_fail(text, BP_EINVAL, "%s is NULL", argument);
}
