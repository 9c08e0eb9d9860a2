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
#include "kernel/counter.h"
#include "kernel/real.h"
#include "kernel/rule.h"
#include "pool.h"

#include <stddef.h>

/** Parameters in rows, and what an update needs of them. */
struct BP_REAL(span) {
    real *w;                     /**< Parameters. */
    const real *g;               /**< Their gradients. */
    real *state[BP_RULE_STATES]; /**< What the rule keeps; NULL after the last it has. */
    size_t count;                /**< Of a row, a multiple of the lanes of a vector. */
    size_t rows;
    size_t stride, g_stride; /**< From row to row, of all arrays but g, and of g. */
};

/** An optimizer's step that takes the elements of C for gradients. */
struct BP_REAL(step) {
    const struct bp_rule *rule;
    struct BP_REAL(
        span) span; /**< w and state at C's element (0, 0), and their stride. */
};

/** C = init + A B. Element (r, k) of A is at a + r * a_row + k * a_depth, with any
 *  strides (so A may be a transposed matrix); element (k, j) of B is at b + k * b_depth +
 *  j * b_col, one of the two being 1. Each element of C is one chain
 *  c = fma(a(r, k), b(k, j), c), k ascending from what `init` says. */
struct BP_REAL(product) {
    size_t rows, cols, depth; /**< C is rows x cols. */
    const real *a;
    size_t a_row, a_depth;
    const real *b; /**< Where b_col is 1: its rows have padding, which is zero. */
    size_t b_depth, b_col;
    const real *init; /**< A row that every chain starts from; NULL: 0. */
    real *c;          /**< Its padding up to the next multiple of BP_LANES becomes 0. */
    size_t c_stride;
    real *room; /**< NULL, or room for rows x depth numbers, which may be used. */
    const struct BP_REAL(step) * step; /**< NULL; or C is not written, but goes into this
                                           step. c and c_stride are those of w then. */
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

/** Numbers one after the other, each with a random part of its own. */
struct BP_REAL(random) {
    struct bp_counter counter;
    size_t count; /**< A multiple of BP_LANES. */
    size_t width; /**< After each `width` numbers, a multiple of 64, */
    size_t gap;   /**< so many are left out; 0: all lie together. */
    const real *x;
    real *y;               /**< May be x. */
    uint32_t threshold;    /**< Dropout: of 2^24 numbers so many are dropped, */
    double scale;          /**< and what is kept is multiplied by this. */
    double deviation;      /**< Noise, */
    bp_normals_fn normals; /**< and its numbers. */
};

/** A normalisation of each column, or of each row, y = gamma (x - mean) rstd + beta with
 *  rstd = 1 / sqrt(variance + epsilon). All of it is computed in double, and rounded once
 *  where it is stored in a `real`. */
struct BP_REAL(norm) {
    size_t rows, cols, stride;
    double epsilon;
    const real *gamma, *beta; /**< A row each; NULL: 1 and 0. */
    double *mean, *rstd;      /**< One for each column, with padding; or for each row. */
    double *variance;         /**< By columns: biased. */
    const real *x;
    real *y;                      /**< Forward; padding becomes 0. */
    const real *g;                /**< Backward: dC/dy, padding 0. */
    real *dx;                     /**< Backward: dC/dx, or NULL. Padding becomes 0. */
    real *gamma_grad, *beta_grad; /**< Backward: a row each, or NULL. Padding stays 0. */
};

/** A dense layer at work on one example. All arrays are padded, with 0 but for a. */
struct BP_REAL(link) {
    size_t inputs, outputs;
    size_t stride;                         /**< Of w. */
    const real *x;                         /**< Of all but the first. */
    const real *w, *b;                     /**< b may be NULL. */
    real *z;                               /**< x W + b. */
    struct BP_REAL(activation) activation; /**< From z to a, and g from dC/da to dC/dz. */
    real *x_grad;                          /**< dC/dx, or NULL. */
    size_t w_grad, b_grad;                 /**< Where in the gradients those of w and b
                                                lie, as w and b do in the parameters. */
};

struct BP_REAL(kernels) {
    int32_t isa; /**< A `BP_ISA_` value. */

    void (*product)(struct bp_pool *pool, const struct BP_REAL(product) * work);

    /** sums(j) = sum of x(r, j) over r ascending; the padding of `sums` becomes 0. */
    void (*sum_rows)(const real *x, size_t rows, size_t cols, size_t stride, real *sums);

    void (*activate)(struct bp_pool *pool, const struct BP_REAL(activation) * work);
    void (*derive)(struct bp_pool *pool, const struct BP_REAL(activation) * work);

    /** Layer after layer of a small network, the first of which reads x, unpadded.
     *  From x to a. @return whether x is finite. */
    bool (*links_forward)(const struct BP_REAL(link) * links, size_t count,
                          const real *x);
    /** From dC/da of the last to dC/dz of all; `fused`: the last has it. */
    void (*links_backward)(const struct BP_REAL(link) * links, size_t count, bool fused);
    /** From dC/dz to the gradients of all parameters. @return whether they are finite. */
    bool (*links_gradient)(const struct BP_REAL(link) * links, size_t count,
                           const real *x, real *grads);

    /** Dropout, forward and backward; noise, which leaves numbers in padding. */
    void (*drop)(struct bp_pool *pool, const struct BP_REAL(random) * work);
    void (*blur)(struct bp_pool *pool, const struct BP_REAL(random) * work);

    bp_normals_fn normals; /**< NULL but in the tables in double. */

    /** By columns. The moments of a batch in two passes over it; rstd of the variances;
     *  y of both; and the way back. */
    void (*column_moments)(struct bp_pool *pool, const struct BP_REAL(norm) * work);
    void (*column_rstd)(const struct BP_REAL(norm) * work);
    void (*column_norm)(struct bp_pool *pool, const struct BP_REAL(norm) * work);
    void (*column_norm_back)(struct bp_pool *pool, const struct BP_REAL(norm) * work);

    /** By rows: moments and y in one; and the way back. */
    void (*row_norm)(struct bp_pool *pool, const struct BP_REAL(norm) * work);
    void (*row_norm_back)(struct bp_pool *pool, const struct BP_REAL(norm) * work);

    /** One step of an optimizer on one row, of any multiple of BP_LANES. */
    void (*update)(struct bp_pool *pool, const struct bp_rule *rule,
                   const struct BP_REAL(span) * span);

    /** x = e^x, of any count. */
    void (*exp)(real *x, size_t count);

    /** The largest |x| of `count` numbers (any count), 0 for none; infinity if one of
     *  them is infinite or NaN. */
    real (*largest)(const real *x, size_t count);

    /* Of spans: `count` is a multiple of BP_LANES. */

    /** Sum of x y, or of |x| where y is NULL, in double. */
    double (*sum)(struct bp_pool *pool, const real *x, const real *y, size_t count);
    /** to = fma(a, d, x), or a d where x is NULL. */
    void (*line)(real *to, double a, const real *d, const real *x, size_t count);
    /** x within [-limit, limit]. */
    void (*clamp)(real *x, double limit, size_t count);
    /** No column longer than the limit, in the Euclidean norm. */
    void (*limit_columns)(real *x, size_t rows, size_t cols, size_t stride, double limit);
};

/** The table for a `BP_ISA_` value that bp_cpu_isa() gave. */
const struct BP_REAL(kernels) * BP_REAL(kernels_for)(int32_t isa);

#endif
