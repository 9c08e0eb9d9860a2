/* SPDX-License-Identifier: MIT */
#include "strict.h"

#include "kernel_math.h"

#if BP_TEST_X86
#define BP_PRECISION 32
#define NAME         bp_test_avx2_f32
#define LABEL        "avx2 f32"
#include "kernel/vec_avx2.h"

#include "kernel_math_table.h"

#include "kernel/vec_end.h"
#else
typedef int bp_test_no_avx2_f32;
#endif
