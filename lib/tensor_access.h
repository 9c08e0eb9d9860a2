/* SPDX-License-Identifier: MIT */
/* Tensors of an arena that is laid out as a network's: its parameters or gradients. */
#ifndef BP_TENSOR_ACCESS_H
#define BP_TENSOR_ACCESS_H

#include "network.h"

/** Check what every reader of a tensor is given, and find its place.
 * @return ::BP_EINVAL, ::BP_ESTATE, ::BP_ESHAPE. */
bp_status bp_tensor_find(const struct bp_network *network, size_t layer, int32_t which,
                         const void *values, size_t count, const struct bp_place **place);

/** Copy a tensor out, row by row. */
void bp_tensor_store_f32(const struct bp_network *network, const struct bp_arena *arena,
                         const struct bp_place *place, float *values);
void bp_tensor_store_f64(const struct bp_network *network, const struct bp_arena *arena,
                         const struct bp_place *place, double *values);

#endif
