/* SPDX-License-Identifier: MIT */
/*
 * All templates, and the table of them. Included by the stubs, which define
 *
 *     BP_PRECISION        32 or 64
 *     KERNEL_ISA          a BP_ISA_ value
 *     KERNEL_TABLE        the name of the table
 *     PRODUCT_REGISTERS   vector registers of the instruction set
 *     KERNEL_X86          1 where there are the intrinsics of AVX2, else 0
 *
 * and include the vector type before. One source is one table.
 */
#ifndef BP_KERNEL_KERNELS_H
#define BP_KERNEL_KERNELS_H

/* Tiles are arrays of registers: that needs loops without an index at run time, also
 * where the optimizer would rather save space. */
#if defined(__clang__)
#define KERNEL_INLINE static inline __attribute__((always_inline))
#define KERNEL_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define KERNEL_INLINE static inline __attribute__((always_inline))
#define KERNEL_UNROLL _Pragma("GCC unroll 16")
#else
#define KERNEL_INLINE static inline
#define KERNEL_UNROLL
#endif

/* Into the second level of the cache; and into the first, to be written. */
#if defined(__GNUC__)
#define KERNEL_PREFETCH(address)       __builtin_prefetch((const void *)(address), 0, 2)
#define KERNEL_PREFETCH_WRITE(address) __builtin_prefetch((const void *)(address), 1, 3)
#else
#define KERNEL_PREFETCH(address)       ((void)(address))
#define KERNEL_PREFETCH_WRITE(address) ((void)(address))
#endif

#include "kernel/activate.h"
#include "kernel/linear.h"
#include "kernel/links.h"
#if BP_PRECISION == 64
#include "kernel/normal.h"
#endif
#include "kernel/normalise.h"
#include "kernel/product.h"
#include "kernel/random.h"
#include "kernel/reduce.h"

extern const struct BP_REAL(kernels) BP_REAL(KERNEL_TABLE);

const struct BP_REAL(kernels) BP_REAL(KERNEL_TABLE) = {
    .isa = KERNEL_ISA,
    .product = product,
    .sum_rows = sum_rows,
    .activate = activate,
    .derive = derive,
    .links_forward = links_forward,
    .links_backward = links_backward,
    .links_gradient = links_gradient,
    .drop = drop,
    .blur = blur,
#if BP_PRECISION == 64
    .normals = normals,
#endif
    .column_moments = column_moments,
    .column_rstd = column_rstd,
    .column_norm = column_norm,
    .column_norm_back = column_norm_back,
    .row_norm = row_norm,
    .row_norm_back = row_norm_back,
    .update = update,
    .exp = exp_each,
    .largest = largest,
    .sum = sum,
    .line = line,
    .clamp = clamp,
    .limit_columns = limit_columns,
};

#endif
