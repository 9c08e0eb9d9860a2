/* SPDX-License-Identifier: MIT */
#include "strict.h"

#include "kernel_math.h"

#if BP_TEST_NEON
#define BP_PRECISION 64
#define NAME         bp_test_neon_f64
#define LABEL        "neon f64"
#include "kernel/vec_neon.h"

#include "kernel_math_table.h"
#else
typedef int bp_test_no_neon_f64;
#endif
