/* SPDX-License-Identifier: MIT */
#include "strict.h"

#define BP_PRECISION      64
#define KERNEL_ISA        BP_ISA_AVX512
#define KERNEL_TABLE      kernels_avx512
#define PRODUCT_REGISTERS 32
#define KERNEL_X86        1

#include "kernel/kernel.h"

#if defined(__x86_64__) || defined(_M_X64)
#include "kernel/vec_avx512.h"

#include "kernel/kernels.h"

#include "kernel/vec_end.h"
#endif
