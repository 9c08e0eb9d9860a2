/* SPDX-License-Identifier: MIT */
#include "strict.h"

#define BP_PRECISION 32
#define NAME         bp_test_scalar_f32
#define LABEL        "scalar f32"
#include "kernel/vec_scalar.h"

#include "kernel_math_table.h"

#include "kernel/vec_end.h"
