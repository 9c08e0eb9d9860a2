/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_TERMINAL_H
#define EXAMPLES_TERMINAL_H

/* Escape sequences are for people at a terminal, never for files and pipes. */

/* 1 if standard output is a terminal on which a line can be written anew. */
int terminal_is_live(void);

/* 1 if it can also show colours, and the user did not set NO_COLOR (no-color.org). */
int terminal_has_colour(void);

#endif
