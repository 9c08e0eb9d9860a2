/* SPDX-License-Identifier: MIT */
/* A table with valid calls of every public function; the rows are in call_rows.h. */
#ifndef SUPPORT_CALLS_H
#define SUPPORT_CALLS_H

#include "fixtures.h"

/** MAY: as it comes, by what lies ready. */
enum call_memory {
    ALLOCATES,
    MAY,
    NEVER
};

struct call {
    const char *function;
    const char *note;
    enum call_memory memory;
    bp_status (*run)(struct world *w); /**< Succeeds in a fresh world. */
};

extern const struct call calls[];
extern const size_t call_count;

#endif
