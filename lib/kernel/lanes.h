/* SPDX-License-Identifier: MIT */
/*
 * Reductions, and the ends of rows. A template over a vec_*.h.
 *
 * A reduction has sixteen lanes whatever the width of a vector: element i goes to lane
 * i mod 16, and lanes are combined by halves, 8 with 8, 4 with 4, 2 with 2, 1 with 1. So
 * the order of operations is the same on every instruction set.
 */
#ifndef BP_KERNEL_LANES_H
#define BP_KERNEL_LANES_H

#define LANE_VECS (BP_LANES / VEC_LANES)

struct lanes {
    vec at[LANE_VECS];
};

static const real lane_number[BP_LANES] = {0, 1, 2,  3,  4,  5,  6,  7,
                                           8, 9, 10, 11, 12, 13, 14, 15};

static inline struct lanes lanes_of(real x)
{
    struct lanes lanes;
    size_t v;

    for (v = 0; v < LANE_VECS; v++)
        lanes.at[v] = vec_set1(x);
    return lanes;
}

/* Which lanes of vector v of a block are among the `rest` columns that are left. */
KERNEL_INLINE vmask lane_mask(size_t v, size_t rest)
{
    const real count = rest < BP_LANES ? (real)rest : (real)BP_LANES;

    return vec_lt(vec_load(lane_number + v * VEC_LANES), vec_set1(count));
}

static inline real lanes_max(const struct lanes *lanes)
{
    real x[BP_LANES];
    size_t v, i, half;

    for (v = 0; v < LANE_VECS; v++)
        vec_store(x + v * VEC_LANES, lanes->at[v]);
    for (half = BP_LANES / 2; half > 0; half /= 2)
        for (i = 0; i < half; i++)
            x[i] = x[i] > x[i + half] ? x[i] : x[i + half];
    return x[0];
}

static inline real lanes_sum(const struct lanes *lanes)
{
    real x[BP_LANES];
    size_t v, i, half;

    for (v = 0; v < LANE_VECS; v++)
        vec_store(x + v * VEC_LANES, lanes->at[v]);
    for (half = BP_LANES / 2; half > 0; half /= 2)
        for (i = 0; i < half; i++)
            x[i] += x[i + half];
    return x[0];
}

/* Store a vector of a row of `cols` at column j; what is padding of it becomes 0. */
KERNEL_INLINE void store_row(real *row, size_t j, size_t cols, vec x)
{
    vec_store(row + j, vec_select(lane_mask(0, cols - j), x, vec_zero()));
}

#endif
