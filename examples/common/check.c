/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void check_status(bp_status status, const char *reason, const char *call,
                  const char *file, int line)
{
    if (status == BP_OK)
        return;

    const char *kind = bp_status_text(status);
    fflush(stdout);
    if (reason[0] != '\0')
        fprintf(stderr, "error: %s (%s)\n", reason, kind);
    else
        fprintf(stderr, "error: %s\n", kind);
    fprintf(stderr, "  by %s\n  in %s, line %d\n", call, file, line);
    exit(EXIT_FAILURE);
}

void *check_allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (memory == NULL)
        fail("no memory for %zu elements of %zu bytes", count, size);
    return memory;
}

void fail(const char *format, ...)
{
    va_list arguments;

    fflush(stdout);
    fputs("error: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(EXIT_FAILURE);
}
