/* SPDX-License-Identifier: MIT */
/* A trainer's state out and in, and a copy of a trainer that goes on from there. */
#ifndef BP_TRAINER_SNAPSHOT_H
#define BP_TRAINER_SNAPSHOT_H

#include "snapshot.h"
#include "trainer.h"

/** A trainer with a network of its own, in the same state: what is tried on it changes
 *  nothing here. */
struct bp_twin {
    struct bp_network *network;
    struct bp_trainer *trainer;
};

/** @return a status with a line in @p text; nothing is left then. */
bp_status bp_twin_create(struct bp_twin *twin, const struct bp_trainer *trainer,
                         struct bp_text *text);

/** Also for one that is all zero. */
void bp_twin_release(struct bp_twin *twin);

#endif
