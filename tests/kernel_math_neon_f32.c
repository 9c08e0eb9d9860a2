/* SPDX-License-Identifier: MIT */
#include "strict.h"

#include "kernel_math.h"

#if BP_TEST_NEON
#define BP_PRECISION 32
#define NAME         bp_test_neon_f32
#define LABEL        "neon f32"
#include "kernel/vec_neon.h"

#include "kernel_math_table.h"
#else
typedef int bp_test_no_neon_f32;
#endif
