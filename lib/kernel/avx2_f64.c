/* SPDX-License-Identifier: MIT */
#include "strict.h"

#define BP_PRECISION      64
#define KERNEL_ISA        BP_ISA_AVX2
#define KERNEL_TABLE      kernels_avx2
#define PRODUCT_REGISTERS 16
#define KERNEL_X86        1

#include "kernel/kernel.h"

#if defined(__x86_64__) || defined(_M_X64)
#include "kernel/vec_avx2.h"

#include "kernel/kernels.h"

#include "kernel/vec_end.h"
#endif
