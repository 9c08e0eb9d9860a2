/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int check_is_brief;

void check_status(bp_status status, const char *reason, const char *call,
                  const char *file, int line)
{
    if (status == BP_OK)
        return;

    const char *slash = strrchr(file, '/');
    fflush(stdout);
    fprintf(stderr, "error: %s\n", reason[0] != '\0' ? reason : bp_status_text(status));
    if (check_is_brief)
        exit(EXIT_FAILURE);
    fprintf(stderr, "  status: %s\n", bp_status_text(status));
    fprintf(stderr, "  call:   %s\n", call);
    fprintf(stderr, "  place:  %s, line %d\n", slash != NULL ? slash + 1 : file, line);
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
