/* SPDX-License-Identifier: MIT */
#include "strict.h"

#include "kernel_math.h"

#if BP_TEST_X86
#define BP_PRECISION 64
#define NAME         bp_test_avx512_f64
#define LABEL        "avx512 f64"
#include "kernel/vec_avx512.h"

#include "kernel_math_table.h"

#include "kernel/vec_end.h"
#else
typedef int bp_test_no_avx512_f64;
#endif
