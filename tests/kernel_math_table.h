/* SPDX-License-Identifier: MIT */
/*
 * The template of kernel_math_*.c. A stub has included a vec_*.h, and defines NAME(x) as
 * bp_test_<isa>_f<precision>. The last elements go through the partial forms, with every
 * count below a whole vector if the array's length is varied.
 */
#include "kernel/vmath.h"
#include "kernel_math.h"

#if BP_PRECISION == 32
#define TABLE_TYPE struct bp_test_kernel_f32
#else
#define TABLE_TYPE struct bp_test_kernel_f64
#endif

static inline void map(vec (*f)(vec), const real *x, real *y, size_t count)
{
    size_t i = 0;

    for (; i + VEC_LANES <= count; i += VEC_LANES)
        vec_store(y + i, f(vec_load(x + i)));
    vec_store_partial(y + i, f(vec_load_partial(x + i, count - i)), count - i);
}

#define FUNCTION(name)                                           \
    static void map_##name(const real *x, real *y, size_t count) \
    {                                                            \
        map(vec_##name, x, y, count);                            \
    }

FUNCTION(exp)
FUNCTION(expm1)
FUNCTION(log)
FUNCTION(log1p)
FUNCTION(tanh)
FUNCTION(sigmoid)
FUNCTION(erf)

#define OP(name, expression)                                                       \
    static void op_##name(const real *pa, const real *pb, const real *pc, real *y, \
                          size_t count)                                            \
    {                                                                              \
        for (size_t i = 0; i < count; i += VEC_LANES) {                            \
            const vec a = vec_load_partial(pa + i, count - i);                     \
            const vec b = vec_load_partial(pb + i, count - i);                     \
            const vec c = vec_load_partial(pc + i, count - i);                     \
            (void)a;                                                               \
            (void)b;                                                               \
            (void)c;                                                               \
            vec_store_partial(y + i, expression, count - i);                       \
        }                                                                          \
    }

/* 1 or 0 */
static inline vec truth(vmask mask)
{
    return vec_select(mask, vec_set1(REAL_C(1.0)), vec_zero());
}

/* Whether any lane of a repeated number is negative: the same in every lane. */
static inline vec any_negative(vec a)
{
    real lanes[VEC_LANES], result[VEC_LANES];

    vec_store(lanes, a);
    for (size_t i = 0; i < VEC_LANES; i++)
        result[i] = mask_any(vec_lt(vec_set1(lanes[i]), vec_zero())) ? 1 : 0;
    return vec_load(result);
}

/* The arguments vec_scale is for: a number of size 1 to 2 from the digits of a ... */
static inline vec vec_significand(vec a)
{
    const ivec digits =
        ivec_and(vec_bits(a), ivec_set1(((real_uint)1 << REAL_MANT_BITS) - 1));

    return vec_copysign(vec_from_bits(ivec_or(digits, vec_bits(vec_set1(REAL_C(1.0))))),
                        a);
}

/* ... and an integer from -2 BIAS + 2 to 2 BIAS from the bits of b. */
static inline vec exponent(vec b)
{
    const ivec low = ivec_and(ivec_shr(vec_bits(b), 3), ivec_set1(4 * REAL_BIAS + 3));
    const vec count =
        vec_sub(vec_from_bits(ivec_add(low, ivec_set1(REAL_INT_SHIFT_BITS))),
                vec_set1(REAL_INT_SHIFT + 2 * REAL_BIAS - 2));

    return vec_min(vec_set1(2 * REAL_BIAS), count);
}

OP(add, vec_add(a, b))
OP(sub, vec_sub(a, b))
OP(mul, vec_mul(a, b))
OP(div, vec_div(a, b))
OP(fma, vec_fma(a, b, c))
OP(fnma, vec_fnma(a, b, c))
OP(sqrt, vec_sqrt(a))
OP(abs, vec_abs(a))
OP(neg, vec_neg(a))
OP(copysign, vec_copysign(a, b))
OP(min, vec_min(a, b))
OP(max, vec_max(a, b))
OP(lt, truth(vec_lt(a, b)))
OP(le, truth(vec_le(a, b)))
OP(gt, truth(vec_gt(a, b)))
OP(ge, truth(vec_ge(a, b)))
OP(eq, truth(vec_eq(a, b)))
OP(and, truth(mask_and(vec_lt(a, b), vec_lt(b, c))))
OP(or, truth(mask_or(vec_lt(a, b), vec_lt(b, c))))
OP(not, truth(mask_not(vec_lt(a, b))))
OP(any, any_negative(a))
OP(scale, vec_scale(vec_significand(a), exponent(b)))
OP(zero, vec_zero())
OP(mul_add, vec_add(vec_mul(a, b), c))

/* An expression of C, which a compiler for a machine with FMA would like to fuse. */
static void op_plain(const real *a, const real *b, const real *c, real *y, size_t count)
{
    for (size_t i = 0; i < count; i++)
        y[i] = a[i] * b[i] + c[i];
}

extern const TABLE_TYPE NAME;

const TABLE_TYPE NAME = {
    LABEL,
    {map_exp, map_expm1, map_log, map_log1p, map_tanh, map_sigmoid, map_erf},
    {op_add,      op_sub, op_mul, op_div,   op_fma,  op_fnma,    op_sqrt, op_abs, op_neg,
     op_copysign, op_min, op_max, op_lt,    op_le,   op_gt,      op_ge,   op_eq,  op_and,
     op_or,       op_not, op_any, op_scale, op_zero, op_mul_add, op_plain},
};
