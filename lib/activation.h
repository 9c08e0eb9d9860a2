/* SPDX-License-Identifier: MIT */
/* What is known of an activation function beside its arithmetic. */
#ifndef BP_ACTIVATION_H
#define BP_ACTIVATION_H

#include "base.h"

struct bp_activation_traits {
    const char *name;
    int32_t range; /**< A `BP_RANGE_` value. */
    bool needs_z;  /**< The derivative reads z; else a alone is enough, in place of z. */
    bool he;       /**< He's scheme by default, and gain sqrt 2; else Xavier's. */
    double gain;   /**< For the schemes that have one. */
    double slope;  /**< Default of ::BP_LAYER_SLOPE, or 0. */
    bool has_slope;
};

/** NULL for an unknown activation. */
const struct bp_activation_traits *bp_activation_traits(int32_t activation);

#endif
