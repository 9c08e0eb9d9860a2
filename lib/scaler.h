/* SPDX-License-Identifier: MIT */
/* A scaler, for those who keep one in a file. */
#ifndef BP_SCALER_H
#define BP_SCALER_H

#include "env.h"

/** Of one column: x' = (x - offset) scale. */
struct bp_affine {
    double offset, scale;
};

struct bp_scaler {
    struct bp_host host;
    struct bp_text text;
    int32_t kind;              /**< A `BP_SCALING_` value. */
    size_t cols;               /**< 0 before the fit. */
    struct bp_affine *columns; /**< An allocation of exactly these. */
};

#endif
