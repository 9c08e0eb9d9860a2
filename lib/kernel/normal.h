/* SPDX-License-Identifier: MIT */
/*
 * Normal numbers, sixteen at a time, in double: those of bp_rng_normal_at() in lib/rng.h,
 * bit for bit,
 *
 *     sqrt(-2 ln u) cos(2 pi v)      u in (0, 1], v in [0, 1), of 53 bits each
 *
 * by the same operations as the scalar functions, lane by lane. The cosine is that of
 * math_trig.c for 0 <= x < 2 pi: x = n pi/2 + r + s, where n is 0 to 4. A template over
 * vmath.h in double.
 */
#ifndef BP_KERNEL_NORMAL_H
#define BP_KERNEL_NORMAL_H

#include "kernel/philox.h"
#include "kernel/vmath.h"

struct angles {
    vec n, r, s;
};

KERNEL_INLINE struct angles reduce_angles(vec x)
{
    const vec shift = vec_set1(REAL_INT_SHIFT);
    const vec turns = vec_mul(x, vec_set1(TWO_OVER_PI));
    const vec n = vec_sub(vec_add(turns, shift), shift);
    const vec near = vec_fnma(n, vec_set1(PIO2_1), x);
    const vec step = vec_mul(n, vec_set1(PIO2_2));
    const vec step_error = vec_fma(n, vec_set1(PIO2_2), vec_neg(step));
    const vec r = vec_sub(near, step);
    const vec back = vec_sub(r, near);
    const vec r_error = vec_sub(vec_sub(near, vec_sub(r, back)), vec_add(step, back));
    const vec s = vec_fnma(n, vec_set1(PIO2_3), vec_sub(r_error, step_error));
    struct angles angles = {.n = n, .r = vec_add(r, s)};

    angles.s = vec_add(vec_sub(r, angles.r), s);
    return angles;
}

KERNEL_INLINE vec sin_near(vec r, vec s)
{
    const vec z = vec_mul(r, r);
    const vec rest = vec_sub(vec_set1(1.0), vec_mul(vec_set1(0.5), z));

    return vec_add(r, vec_fma(vec_mul(z, r), poly_sin(z), vec_mul(s, rest)));
}

KERNEL_INLINE vec cos_near(vec r, vec s)
{
    const vec one = vec_set1(1.0);
    const vec z = vec_mul(r, r);
    const vec h = vec_mul(vec_set1(0.5), z);
    const vec w = vec_sub(one, h);
    const vec minus_rs = vec_mul(vec_neg(r), s);
    const vec tail = vec_fma(vec_mul(z, z), poly_cos(z), minus_rs);

    return vec_add(w, vec_add(vec_sub(vec_sub(one, w), h), tail));
}

/* cos(n pi/2 + r + s) is cos, -sin, -cos, sin, and cos again. */
KERNEL_INLINE vec cosine(vec x)
{
    const struct angles angles = reduce_angles(x);
    const vmask first = vec_eq(angles.n, vec_set1(1.0));
    const vmask second = vec_eq(angles.n, vec_set1(2.0));
    const vmask odd = mask_or(first, vec_eq(angles.n, vec_set1(3.0)));
    const vec y =
        vec_select(odd, sin_near(angles.r, angles.s), cos_near(angles.r, angles.s));

    return vec_select(mask_or(first, second), vec_neg(y), y);
}

static double unit_of(uint32_t low, uint32_t high, uint64_t more)
{
    return (double)((((uint64_t)high << 32 | low) >> 11) + more) * 0x1p-53;
}

static void normals(const struct bp_counter *counter, uint32_t first,
                    double out[PHILOX_COUNTERS])
{
    uint32_t words[PHILOX_WORDS];
    double u[PHILOX_COUNTERS], v[PHILOX_COUNTERS];
    size_t b;

    philox(counter, first, words);
    for (b = 0; b < PHILOX_COUNTERS; b++) {
        u[b] = unit_of(words[b], words[PHILOX_COUNTERS + b], 1);
        v[b] = unit_of(words[2 * PHILOX_COUNTERS + b], words[3 * PHILOX_COUNTERS + b], 0);
    }
    for (b = 0; b < PHILOX_COUNTERS; b += VEC_LANES) {
        const vec log_u = vec_log(vec_load(u + b));
        const vec size = vec_sqrt(vec_mul(vec_set1(-2.0), log_u));
        const vec angle = vec_mul(vec_set1(TWO_PI), vec_load(v + b));

        vec_store(out + b, vec_mul(size, cosine(angle)));
    }
}

#endif
