/* SPDX-License-Identifier: MIT */
/*
 * Tensors of an arena that is laid out as a network's: its parameters or gradients. The
 * caller's array is in float or in double, and is copied row by row.
 */
#ifndef BP_TENSOR_ACCESS_H
#define BP_TENSOR_ACCESS_H

#include "network.h"

/** Where values go: one of the two. */
struct bp_values_out {
    float *f32;
    double *f64;
};

/** Copy a tensor of @p arena out.
 * @return ::BP_EINVAL, ::BP_ESTATE, ::BP_ESHAPE. */
bp_status bp_tensor_get(const struct bp_network *network, const struct bp_arena *arena,
                        size_t layer, int32_t which, struct bp_values_out values,
                        size_t count);

/** Copy a tensor into @p arena; there is such a one, and the values were checked. */
void bp_tensor_set(const struct bp_network *network, const struct bp_arena *arena,
                   size_t layer, int32_t which, const double *values);

/** What a view of the whole arena checks: where pointer and count go, that the network is
 *  built, and in the precision of @p engine. */
bp_status bp_view_check(const struct bp_network *network, const void *values,
                        const void *count, const struct bp_engine *engine,
                        struct bp_text *text);

#endif
