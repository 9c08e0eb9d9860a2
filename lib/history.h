/* SPDX-License-Identifier: MIT */
/* What a fit found, epoch by epoch. */
#ifndef BP_HISTORY_H
#define BP_HISTORY_H

#include "env.h"

struct bp_history {
    struct bp_host host;
    struct bp_text text;
    bp_progress *rows;
    size_t count, capacity;
};

/** Room for @p count more. @return ::BP_ENOMEM with a line. */
bp_status bp_history_reserve(struct bp_history *history, size_t count);

/** Add an epoch; there is room. */
void bp_history_add(struct bp_history *history, const bp_progress *progress);

#endif
