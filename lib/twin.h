/* SPDX-License-Identifier: MIT */
/* Trainers made from a trainer: what is tried on them changes nothing of the first. */
#ifndef BP_TWIN_H
#define BP_TWIN_H

#include "trainer.h"

/** A trainer with a network of its own. */
struct bp_twin {
    struct bp_network *network;
    struct bp_trainer *trainer;
};

/** One that begins: cost, optimizer, schedule and all settings are those of @p trainer,
 *  built or not; parameters and all else are drawn anew from @p seed.
 * @return a status with a line in @p text; nothing is left then. */
bp_status bp_twin_begin(struct bp_twin *twin, const struct bp_trainer *trainer,
                        uint64_t seed, struct bp_text *text);

/** One that goes on: the same in every number that training depends on.
 * @param trainer  built. */
bp_status bp_twin_create(struct bp_twin *twin, const struct bp_trainer *trainer,
                         struct bp_text *text);

/** Also for one that is all zero. */
void bp_twin_release(struct bp_twin *twin);

#endif
