/* SPDX-License-Identifier: MIT */
/*
 * First include of every source: floating-point expressions mean what they say.
 *
 * A compiler may fuse a * b + c into one rounding where the target has FMA, and the
 * result then depends on compiler, flags and machine. It is switched off here rather
 * than by a flag, so that a build without our flags computes the same bits. Each
 * compiler needs its own words: gcc ignores the standard's pragma, clang gcc's. Fusing
 * on purpose is written fma().
 */
#ifndef BP_STRICT_H
#define BP_STRICT_H

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) ||      \
    defined(__RECIPROCAL_MATH__) || defined(__NO_SIGNED_ZEROS__) || \
    (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) || defined(_M_FP_FAST)
#error "backprop must not be built with -ffast-math, -Ofast or a part of them"
#endif

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#elif defined(_MSC_VER)
#pragma fp_contract(off)
#else
#pragma STDC FP_CONTRACT OFF
#endif

#endif
