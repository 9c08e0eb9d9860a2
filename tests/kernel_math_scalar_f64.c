/* SPDX-License-Identifier: MIT */
#include "strict.h"

#define BP_PRECISION 64
#define NAME         bp_test_scalar_f64
#define LABEL        "scalar f64"
#include "kernel/vec_scalar.h"

#include "kernel_math_table.h"

#include "kernel/vec_end.h"
