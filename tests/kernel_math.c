/* SPDX-License-Identifier: MIT */
#include "kernel_math.h"

#if BP_TEST_X86
#define HAS_AVX2   (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
#define HAS_AVX512 (__builtin_cpu_supports("avx512f"))
#endif

size_t bp_test_kernels_f32(const struct bp_test_kernel_f32 *kernels[BP_TEST_KERNELS])
{
    size_t count = 0;

    kernels[count++] = &bp_test_scalar_f32;
#if BP_TEST_X86
    if (HAS_AVX2)
        kernels[count++] = &bp_test_avx2_f32;
    if (HAS_AVX512)
        kernels[count++] = &bp_test_avx512_f32;
#elif BP_TEST_NEON
    kernels[count++] = &bp_test_neon_f32;
#endif
    return count;
}

size_t bp_test_kernels_f64(const struct bp_test_kernel_f64 *kernels[BP_TEST_KERNELS])
{
    size_t count = 0;

    kernels[count++] = &bp_test_scalar_f64;
#if BP_TEST_X86
    if (HAS_AVX2)
        kernels[count++] = &bp_test_avx2_f64;
    if (HAS_AVX512)
        kernels[count++] = &bp_test_avx512_f64;
#elif BP_TEST_NEON
    kernels[count++] = &bp_test_neon_f64;
#endif
    return count;
}
