/* SPDX-License-Identifier: MIT */
/*
 * The three products of a training step, on a batch X of `rows` examples, weights W of
 * `inputs` by `outputs` and the error D of the outputs:
 *
 *     forward   Z  = X W        rows x outputs, sums over inputs
 *     weights   dW = X^T D      inputs x outputs, sums over rows
 *     inputs    dX = D W^T      rows x inputs, sums over outputs
 *
 * and what is the same for whoever computes them: numbers, timing, the proof.
 */
#ifndef BENCH_MATRICES_H
#define BENCH_MATRICES_H

#include "worker.h"

/** A matrix: element (r, c) is at[r * stride + c], or transposed at[c * stride + r]. */
struct matrix {
    float *at;
    size_t rows, cols, stride;
    int transposed;
};

/** C = A B. */
struct matrices {
    struct matrix a, b, c;
};

/** The matrices of a request product: its fields are rows, outputs, inputs, kind.
 *  @p turned_a, @p turned_b: whether they lie transposed. @p stride gives the stride of
 *  a width; arrays begin on 64 bytes. */
struct matrices make_matrices(const struct request *request, int turned_a, int turned_b,
                              size_t (*stride)(size_t width));

void destroy_matrices(struct matrices *m);

/** Multiply once for warmth, then for at least the request's `seconds`; compare with sums
 *  in double; answer. */
void answer_product(const struct request *request, const struct matrices *m,
                    void (*multiply)(const struct matrices *m, void *data), void *data);

#endif
