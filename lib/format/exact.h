/* SPDX-License-Identifier: MIT */
/*
 * Numbers as texts that lose nothing, one text for each number:
 *
 *     whole, below 2^53 in magnitude    -?digits, as "30", "-1", "-0"
 *     all others that are finite        as C99 prints them by %a, "0x1.8p-1", with as
 *                                       many digits as are needed; subnormal ones as
 *                                       "0x0.8p-1022"
 */
#ifndef BP_FORMAT_EXACT_H
#define BP_FORMAT_EXACT_H

#include "base.h"

enum { BP_EXACT_SIZE = 32 };

struct bp_exact {
    char text[BP_EXACT_SIZE];
};

/** @return exact->text. */
const char *bp_exact_whole(struct bp_exact *exact, uint64_t number);

/** @return exact->text. The number is finite. */
const char *bp_exact_write(struct bp_exact *exact, double number);

/** Read what bp_exact_write() writes, and nothing else. @return false if it is not. */
bool bp_exact_read(const char *text, double *number);

/** Read what bp_exact_whole() writes, up to @p most. */
bool bp_exact_read_whole(const char *text, uint64_t most, uint64_t *number);

#endif
