/* SPDX-License-Identifier: MIT */
/*
 * What a library could change of the process it lives in: take it before, compare after.
 */
#ifndef SUPPORT_HOST_STATE_H
#define SUPPORT_HOST_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HOST_SIGNALS = 65,
    HOST_FILES = 1024,
    HOST_PATH = 1024
};

struct host_state {
    int rounding;
    uint32_t
        float_control; /**< MXCSR or FPCR without its sticky flags: denormals, traps. */
    uint32_t x87_control;
    char locale[HOST_PATH];
    char directory[HOST_PATH];
    uint32_t file_mode_mask;
    uint64_t environment; /**< A digest of all variables. */
    uint64_t handler[HOST_SIGNALS];
    uint64_t blocked; /**< Blocked signals, one bit each. */
    unsigned char file_open[HOST_FILES];
    size_t threads; /**< 0 where it cannot be told. */
};

void host_state_take(struct host_state *state);

/** Whether the two are the same; else the first difference goes to @p why. */
bool host_state_same(const struct host_state *before, const struct host_state *after,
                     char *why, size_t size);

void require_host_unchanged(const struct host_state *before, const char *file, int line);

/** Fail the running test if the process is not as it was at @p before. */
#define assert_host_unchanged(before) require_host_unchanged(before, __FILE__, __LINE__)

/** Make the process use a locale with a decimal comma: an installed one, or one that is
 *  made in a temporary folder, which is gone again when this returns.
 *  @return whether there is one; setlocale(LC_ALL, "C") goes back. */
bool host_decimal_comma(void);

/** Threads of this process; 0 where it cannot be told. */
size_t host_threads(void);

#endif
