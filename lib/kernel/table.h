/* SPDX-License-Identifier: MIT */
/* The choice among the tables of one precision. A template; see kernel.h. */
#ifndef BP_KERNEL_TABLE_H
#define BP_KERNEL_TABLE_H

#include "kernel/kernel.h"

extern const struct BP_REAL(kernels) BP_REAL(kernels_scalar);
#if defined(__x86_64__) || defined(_M_X64)
extern const struct BP_REAL(kernels) BP_REAL(kernels_avx2);
extern const struct BP_REAL(kernels) BP_REAL(kernels_avx512);
#elif defined(__aarch64__)
extern const struct BP_REAL(kernels) BP_REAL(kernels_neon);
#endif

const struct BP_REAL(kernels) * BP_REAL(kernels_for)(int32_t isa)
{
    switch (isa) {
#if defined(__x86_64__) || defined(_M_X64)
    case BP_ISA_AVX2: return &BP_REAL(kernels_avx2);
    case BP_ISA_AVX512: return &BP_REAL(kernels_avx512);
#elif defined(__aarch64__)
    case BP_ISA_NEON: return &BP_REAL(kernels_neon);
#endif
    default: return &BP_REAL(kernels_scalar);
    }
}

#if BP_PRECISION == 64
bp_normals_fn bp_normals_for(int32_t isa)
{
    return bp_kernels_for_f64(isa)->normals;
}
#endif

#endif
