/* SPDX-License-Identifier: MIT */
#include "calls.h"

#include <string.h>

static bp_status is_size(size_t size)
{
    return size > 0 ? BP_OK : BP_EINVAL;
}

static bp_status is_string(const char *text)
{
    return text != NULL ? BP_OK : BP_EINVAL;
}

static bp_status is_text(const char *text)
{
    return text != NULL && text[0] != '\0' ? BP_OK : BP_EINVAL;
}

static int32_t take_bytes(const void *bytes, size_t size, void *user)
{
    *(size_t *)user = size;
    return bytes == NULL;
}

/* One function a row, named by its line; then the table of them. */
#define JOIN2(a, b) a##b
#define JOIN(a, b)  JOIN2(a, b)
#define CALL(function, memory, note, expression)             \
    static bp_status JOIN(call_, __LINE__)(struct world * w) \
    {                                                        \
        (void)w;                                             \
        return expression;                                   \
    }
#include "call_rows.h"
#undef CALL

#define CALL(function, memory, note, expression) \
    {#function, note, memory, JOIN(call_, __LINE__)},
const struct call calls[] = {
#include "call_rows.h"
};

const size_t call_count = sizeof calls / sizeof calls[0];
