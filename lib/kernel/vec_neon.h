/* SPDX-License-Identifier: MIT */
/*
 * 128-bit vectors of ARM64, which always has them; the rules are in vec_scalar.h.
 * Include libc's headers before this one, as for the others.
 */
#ifndef BP_KERNEL_VEC_H
#define BP_KERNEL_VEC_H

#include <arm_neon.h>
#include <stddef.h>
#include <string.h>

#include "kernel/real.h"

#if BP_PRECISION == 32
#define VEC_LANES        4
#define VEC_OP(name)     v##name##q_f32
#define VEC_SET1         vdupq_n_f32
#define IVEC_OP(name)    v##name##q_u32
#define IVEC_SET1        vdupq_n_u32
#define IVEC_SHIFT_BY(n) vdupq_n_s32(n)
#define VEC_TO_BITS      vreinterpretq_u32_f32
#define VEC_OF_BITS      vreinterpretq_f32_u32
#define MASK_NOT         vmvnq_u32
#define MASK_WORDS(mask) (mask)
typedef float32x4_t vec;
typedef uint32x4_t vmask;
typedef uint32x4_t ivec;
#else
#define VEC_LANES        2
#define VEC_OP(name)     v##name##q_f64
#define VEC_SET1         vdupq_n_f64
#define IVEC_OP(name)    v##name##q_u64
#define IVEC_SET1        vdupq_n_u64
#define IVEC_SHIFT_BY(n) vdupq_n_s64(n)
#define VEC_TO_BITS      vreinterpretq_u64_f64
#define VEC_OF_BITS      vreinterpretq_f64_u64
#define MASK_NOT(mask)   veorq_u64(mask, vdupq_n_u64(UINT64_MAX))
#define MASK_WORDS       vreinterpretq_u32_u64
typedef float64x2_t vec;
typedef uint64x2_t vmask;
typedef uint64x2_t ivec;
#endif

static inline vec vec_load(const real *p)
{
    return VEC_OP(ld1)(p);
}

static inline void vec_store(real *p, vec a)
{
    VEC_OP(st1)(p, a);
}

static inline vec vec_set1(real x)
{
    return VEC_SET1(x);
}

static inline vec vec_zero(void)
{
    return VEC_SET1(0);
}

static inline vec vec_load_partial(const real *p, size_t n)
{
    real lanes[VEC_LANES] = {0};
    size_t i;

    for (i = 0; i < VEC_LANES && i < n; i++)
        lanes[i] = p[i];
    return vec_load(lanes);
}

static inline void vec_store_partial(real *p, vec a, size_t n)
{
    real lanes[VEC_LANES];
    size_t i;

    vec_store(lanes, a);
    for (i = 0; i < VEC_LANES && i < n; i++)
        p[i] = lanes[i];
}

static inline ivec vec_bits(vec a)
{
    return VEC_TO_BITS(a);
}

static inline vec vec_from_bits(ivec bits)
{
    return VEC_OF_BITS(bits);
}

static inline ivec ivec_set1(real_uint x)
{
    return IVEC_SET1(x);
}

static inline ivec ivec_add(ivec a, ivec b)
{
    return IVEC_OP(add)(a, b);
}

static inline ivec ivec_sub(ivec a, ivec b)
{
    return IVEC_OP(sub)(a, b);
}

static inline ivec ivec_and(ivec a, ivec b)
{
    return IVEC_OP(and)(a, b);
}

static inline ivec ivec_or(ivec a, ivec b)
{
    return IVEC_OP(orr)(a, b);
}

static inline ivec ivec_shl(ivec a, int count)
{
    return IVEC_OP(shl)(a, IVEC_SHIFT_BY(count));
}

/* A shift to the left by a negative count. */
static inline ivec ivec_shr(ivec a, int count)
{
    return IVEC_OP(shl)(a, IVEC_SHIFT_BY(-count));
}

static inline vec vec_add(vec a, vec b)
{
    return VEC_OP(add)(a, b);
}

static inline vec vec_sub(vec a, vec b)
{
    return VEC_OP(sub)(a, b);
}

static inline vec vec_mul(vec a, vec b)
{
    return VEC_OP(mul)(a, b);
}

static inline vec vec_div(vec a, vec b)
{
    return VEC_OP(div)(a, b);
}

static inline vec vec_fma(vec a, vec b, vec c)
{
    return VEC_OP(fma)(c, a, b);
}

static inline vec vec_fnma(vec a, vec b, vec c)
{
    return VEC_OP(fms)(c, a, b);
}

static inline vec vec_sqrt(vec a)
{
    return VEC_OP(sqrt)(a);
}

static inline vec vec_abs(vec a)
{
    return VEC_OP(abs)(a);
}

static inline vec vec_neg(vec a)
{
    return VEC_OP(neg)(a);
}

static inline vec vec_copysign(vec size, vec sign)
{
    return VEC_OP(bsl)(VEC_TO_BITS(VEC_SET1(REAL_C(-0.0))), sign, size);
}

static inline vmask vec_lt(vec a, vec b)
{
    return VEC_OP(clt)(a, b);
}

static inline vmask vec_le(vec a, vec b)
{
    return VEC_OP(cle)(a, b);
}

static inline vmask vec_gt(vec a, vec b)
{
    return VEC_OP(cgt)(a, b);
}

static inline vmask vec_ge(vec a, vec b)
{
    return VEC_OP(cge)(a, b);
}

static inline vmask vec_eq(vec a, vec b)
{
    return VEC_OP(ceq)(a, b);
}

static inline vec vec_select(vmask mask, vec if_true, vec if_false)
{
    return VEC_OP(bsl)(mask, if_true, if_false);
}

/* fmin and fmax of ARM64 are others: they have opinions on NaN and on zeros. */
static inline vec vec_min(vec a, vec b)
{
    return vec_select(vec_lt(a, b), a, b);
}

static inline vec vec_max(vec a, vec b)
{
    return vec_select(vec_gt(a, b), a, b);
}

static inline vmask mask_and(vmask a, vmask b)
{
    return IVEC_OP(and)(a, b);
}

static inline vmask mask_or(vmask a, vmask b)
{
    return IVEC_OP(orr)(a, b);
}

static inline vmask mask_not(vmask a)
{
    return MASK_NOT(a);
}

static inline int mask_any(vmask a)
{
    return vmaxvq_u32(MASK_WORDS(a)) != 0;
}

#include "kernel/vec_scale.h"

#endif
