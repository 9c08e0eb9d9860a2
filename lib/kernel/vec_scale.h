/* SPDX-License-Identifier: MIT */
/*
 * vec_scale for instruction sets without an instruction for it. Included by vec_*.h.
 *
 * 2^n may lie outside the normal numbers although x 2^n does not, so it is applied as
 * 2^a 2^b with a = floor(n / 2), b = n - a. Only the second product can round, because
 * the first leaves |x| near 1 inside the normal range. An offset of 2 BIAS keeps
 * the integer non-negative, so that a logical shift halves it.
 */
#ifndef BP_KERNEL_VEC_SCALE_H
#define BP_KERNEL_VEC_SCALE_H

static inline vec vec_scale(vec x, vec n)
{
    const ivec bits = vec_bits(vec_add(n, vec_set1(REAL_INT_SHIFT)));
    const ivec sum = ivec_sub(bits, ivec_set1(REAL_INT_SHIFT_BITS - 2 * REAL_BIAS));
    const ivec a = ivec_shr(sum, 1);
    const ivec b = ivec_sub(sum, a);
    const vec first = vec_mul(x, vec_from_bits(ivec_shl(a, REAL_MANT_BITS)));

    return vec_mul(first, vec_from_bits(ivec_shl(b, REAL_MANT_BITS)));
}

#endif
