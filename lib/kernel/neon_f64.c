/* SPDX-License-Identifier: MIT */
#include "strict.h"

#define BP_PRECISION      64
#define KERNEL_ISA        BP_ISA_NEON
#define KERNEL_TABLE      kernels_neon
#define PRODUCT_REGISTERS 32
#define KERNEL_X86        0

#include "kernel/kernel.h"

#if defined(__aarch64__)
#include "kernel/vec_neon.h"

#include "kernel/kernels.h"
#endif
