/* SPDX-License-Identifier: MIT */
/*
 * Zeros among inputs: most of an image, and half of what a ReLU lets through. What is
 * known to be 0 need be neither multiplied nor moved. A template; see product.h.
 */
#ifndef BP_KERNEL_ZEROS_H
#define BP_KERNEL_ZEROS_H

#include "kernel/lanes.h"

/* The places of what is not 0 among `count` numbers, a stride apart. Written without a
 * branch, since which are 0 cannot be foreseen. */
static size_t places_of(const real *a, size_t stride, size_t count, uint32_t *places)
{
    size_t found = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        places[found] = (uint32_t)i;
        found += a[i * stride] != 0;
    }
    return found;
}

/* For each of `rows` rows of A, which lie one element apart, 0 if there is nothing else
 * in it. Answers up to the end of the last vector; reads no further than it must. */
static void rows_that_matter(const real *a, size_t a_depth, size_t rows, size_t depth,
                             real *matter)
{
    size_t r, k;

    for (r = 0; r < rows; r += VEC_LANES) {
        const size_t rest = rows - r < VEC_LANES ? rows - r : VEC_LANES;
        vmask zero = vec_eq(vec_zero(), vec_zero());

        for (k = 0; k < depth && mask_any(zero); k++)
            zero = mask_and(
                zero, vec_eq(vec_load_partial(a + k * a_depth + r, rest), vec_zero()));
        vec_store(matter + r, vec_select(zero, vec_zero(), vec_set1(1)));
    }
}

#endif
