/* SPDX-License-Identifier: MIT */
#include "strict.h"

#define BP_PRECISION      32
#define KERNEL_ISA        BP_ISA_SCALAR
#define KERNEL_TABLE      kernels_scalar
#define PRODUCT_REGISTERS 16
#define KERNEL_X86        0

#include "kernel/kernel.h"
#include "kernel/vec_scalar.h"

#include "kernel/kernels.h"
