/* SPDX-License-Identifier: MIT */
/* The scalar functions of math.h in one precision: vmath.h with one lane. */
#include "kernel/math.h"
#include "kernel/vec_scalar.h"
#include "kernel/vmath.h"

real BP_REAL(exp)(real x)
{
    return vec_exp(x);
}

real BP_REAL(expm1)(real x)
{
    return vec_expm1(x);
}

real BP_REAL(log)(real x)
{
    return vec_log(x);
}

real BP_REAL(log1p)(real x)
{
    return vec_log1p(x);
}

real BP_REAL(tanh)(real x)
{
    return vec_tanh(x);
}

real BP_REAL(sigmoid)(real x)
{
    return vec_sigmoid(x);
}

real BP_REAL(erf)(real x)
{
    return vec_erf(x);
}
