/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int terminal_is_live(void)
{
    const char *kind = getenv("TERM");

    return isatty(STDOUT_FILENO) && kind != NULL && strcmp(kind, "dumb") != 0;
}

int terminal_has_colour(void)
{
    const char *refused = getenv("NO_COLOR");

    return terminal_is_live() && (refused == NULL || refused[0] == '\0');
}
