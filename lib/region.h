/* SPDX-License-Identifier: MIT */
/* What a network of two inputs answers on a grid of places. */
#ifndef BP_REGION_H
#define BP_REGION_H

#include "dataset.h"
#include "workspace.h"

enum {
    BP_REGION_SIDE = 48,
    BP_REGION_CELLS = BP_REGION_SIDE * BP_REGION_SIDE,
    BP_REGION_LEVELS = 3, /**< How sure, from 0. */
    BP_REGION_CLASSES = 8 /**< Told apart; classes after these take turns with them. */
};

/** The part of the plane that is looked at. */
struct bp_region {
    double x0, y0, x1, y1;
};

/** The frame around rows of two inputs, with a margin. */
struct bp_region bp_region_around(const struct bp_dataset *data);

/** Answer every place, row by row from the top: class * BP_REGION_LEVELS + level. The
 *  workspace's network has two inputs.
 * @return ::BP_ESTOPPED with a line in the workspace. */
bp_status bp_region_fill(struct bp_workspace *workspace, const struct bp_region *region,
                         uint8_t cells[BP_REGION_CELLS]);

#endif
