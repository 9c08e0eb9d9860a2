/* SPDX-License-Identifier: MIT */
/*
 * Elementary functions that give the same bits everywhere.
 *
 * A C library picks its exp by processor, and the variants differ in the last bit, so
 * nothing a result depends on may call it. These are built from + - x / sqrt fma and bit
 * operations, in an order that is part of the contract: the forms in vmath.h repeat it
 * lane by lane. Only round-to-nearest is supported.
 *
 * Largest error in units in the last place, over all inputs including denormal results:
 * exp and log 1; tanh, sigmoid, erf, expm1 and log1p 2; sin and cos 1 for |x| <= 2^45;
 * pow 2. Special cases are those of C99 Annex F; sigmoid(-inf) = 0, sigmoid(inf) = 1.
 * NaN gives NaN, of no particular payload; errno is never set by our own code.
 */
#ifndef BP_KERNEL_MATH_H
#define BP_KERNEL_MATH_H

float bp_exp_f32(float x);
float bp_expm1_f32(float x);
float bp_log_f32(float x);
float bp_log1p_f32(float x);
float bp_tanh_f32(float x);
float bp_sigmoid_f32(float x);
float bp_erf_f32(float x);

double bp_exp_f64(double x);
double bp_expm1_f64(double x);
double bp_log_f64(double x);
double bp_log1p_f64(double x);
double bp_tanh_f64(double x);
double bp_sigmoid_f64(double x);
double bp_erf_f64(double x);

/** Beyond |x| = 2^45 the argument is reduced exactly by the double nearest 2 pi, and not
 *  by 2 pi: the result lies in [-1, 1], is the same everywhere, and its error grows
 *  with |x|. An infinity gives NaN. */
double bp_sin_f64(double x);
double bp_cos_f64(double x);

double bp_pow_f64(double x, double y);

#endif
