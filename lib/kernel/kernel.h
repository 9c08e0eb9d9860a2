/* SPDX-License-Identifier: MIT */
/*
 * The table of kernels: all long loops of the library, for one precision and one
 * instruction set. A template: BP_PRECISION is defined before it is included.
 *
 * Matrices lie row by row. A stride is the distance from one row to the next, in
 * elements, and is a multiple of BP_LANES but where it is said; arrays begin on
 * BP_ALIGNMENT. The elements between a row's width and its stride are its padding.
 * Kernels may read padding and write it; where the padding of what they read is zero, so
 * is that of what they write, unless a kernel says that it leaves numbers there.
 *
 * Order of operations is part of the contract, see docs/numerics.md: all tables give the
 * same bits.
 */
#ifndef BP_KERNEL_KERNEL_H
#define BP_KERNEL_KERNEL_H

#include "base.h"
#include "kernel/real.h"
#include "kernel/rule.h"
#include "pool.h"

#include <stddef.h>

/** C = init + A B. Element (r, k) of A is at a + r * a_row + k * a_depth, with any
 *  strides (so A may be a transposed matrix). Each element of C is one chain
 *  c = fma(a(r, k), b(k, j), c), k ascending from what `init` says. */
struct BP_REAL(product) {
    size_t rows, cols, depth; /**< C is rows x cols. */
    const real *a;
    size_t a_row, a_depth;
    const real *b;   /**< depth rows of cols, padding zero. */
    size_t b_stride;
    const real *init; /**< A row that every chain starts from; NULL: 0. */
    real *c;          /**< Its padding up to the next multiple of BP_LANES becomes 0. */
    size_t c_stride;
};

/** An activation on rows, or its derivative. */
struct BP_REAL(activation) {
    int32_t kind; /**< A `BP_ACTIVATION_` value. */
    real slope;   /**< Of leaky relu, alpha of elu. */
    size_t rows, cols, stride;
    const real *z; /**< May be the same array as `a` where the derivative can do without:
                        see bp_activation_needs_z(). */
    real *a;       /**< Forward writes it (padding: finite numbers), backward reads it. */
    real *g;       /**< Backward: dC/da on entry, dC/dz on return. Padding stays 0. */
};

/** Parameters that lie one after the other, and what an update needs of them. */
struct BP_REAL(span) {
    real *w;                     /**< Parameters. */
    const real *g;               /**< Their gradients. */
    real *state[BP_RULE_STATES]; /**< What the rule keeps; those it has not are NULL. */
    size_t count;                /**< A multiple of BP_LANES. */
};

struct BP_REAL(kernels) {
    int32_t isa; /**< A `BP_ISA_` value. */

    void (*product)(struct bp_pool *pool, const struct BP_REAL(product) *work);

    /** to(j, i) = from(i, j); the padding of `to` becomes 0. */
    void (*transpose)(const real *from, size_t rows, size_t cols, size_t from_stride,
                      real *to, size_t to_stride);

    /** sums(j) = sum of x(r, j) over r ascending; the padding of `sums` becomes 0. */
    void (*sum_rows)(const real *x, size_t rows, size_t cols, size_t stride, real *sums);

    void (*activate)(struct bp_pool *pool, const struct BP_REAL(activation) *work);
    void (*derive)(struct bp_pool *pool, const struct BP_REAL(activation) *work);

    /** One step of an optimizer. */
    void (*update)(struct bp_pool *pool, const struct bp_rule *rule,
                   const struct BP_REAL(span) *span);

    /** Whether none of `count` numbers (any count) is infinite or NaN. */
    bool (*finite)(const real *x, size_t count);
};

/** The table for a `BP_ISA_` value that bp_cpu_isa() gave. */
const struct BP_REAL(kernels) *BP_REAL(kernels_for)(int32_t isa);

#endif
