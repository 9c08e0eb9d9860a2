/* SPDX-License-Identifier: MIT */
/*
 * All that a training goes on from, between a trainer and a snapshot:
 *
 *     numbers    fit_snapshot_numbers    what network it is, settings, where it stands
 *     tensors    fit_snapshot_tensors    parameters, statistics, the optimizer's spans
 *     the calls  fit_snapshot
 *
 * One list of names serves both ways. On the way in everything is read into a copy of
 * the trainer first, which takes the trainer's place when all of it was found right.
 */
#ifndef BP_FIT_SNAPSHOT_H
#define BP_FIT_SNAPSHOT_H

#include "fit.h"
#include "snapshot.h"

struct bp_transfer {
    bool out;
    const struct bp_host *host; /**< The snapshot's. */
    struct bp_snapshot_content *content;
    struct bp_trainer
        *trainer; /**< A copy: read on the way out, written on the way in. */
    struct bp_text *text;
    bp_status status; /**< Of the first that failed; nothing is moved after it. */
};

/** Level 0 has the one printf; its line is long enough for a name. */
#define BP_SNAPSHOT_NAME(name, ...)                \
    do {                                           \
        struct bp_text line_;                      \
        (void)bp_fail(&line_, BP_OK, __VA_ARGS__); \
        if (!bp_name_copy(name, line_.line))       \
            (name)[0] = '\0';                      \
    } while (0)

/** What the network is, and all settings and counts. On the way in the best parameters
 *  get room here. */
void bp_transfer_numbers(struct bp_transfer *transfer);

/** Copy tensors out; or check that all are there, and right. */
void bp_transfer_tensors(struct bp_transfer *transfer);

/** Copy tensors in that were checked. */
void bp_transfer_give(const struct bp_transfer *transfer);

#endif
