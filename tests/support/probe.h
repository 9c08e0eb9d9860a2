/* SPDX-License-Identifier: MIT */
/*
 * Instruments that go before and behind what is measured: a layer that passes its input
 * through and keeps the gradient that comes back, and a cost that keeps the outputs it is
 * shown and gives back a gradient of the test's choice. Both in either precision.
 */
#ifndef SUPPORT_PROBE_H
#define SUPPORT_PROBE_H

#include <backprop.h>

/** Rows without gaps; what is NULL is not wanted. Must live as long as what was made. */
struct probe {
    int32_t range;       /**< What the layer says of its outputs, a `BP_RANGE_` value. */
    double *gradient;    /**< Of what went into the layer. */
    double *outputs;     /**< What the cost was shown. */
    const double *given; /**< dC/d outputs that the cost gives back. */
};

/** The caller destroys it. */
bp_layer *probe_layer(struct probe *probe);

/** The caller destroys it. */
bp_cost *probe_cost(struct probe *probe);

#endif
