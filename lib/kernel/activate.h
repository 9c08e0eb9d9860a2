/* SPDX-License-Identifier: MIT */
/*
 * Activations a = f(z), and dC/dz = f'(z) dC/da. A template over vmath.h; the list of
 * formulas, and what holds at each kink, is in docs/numerics.md.
 *
 * All but softmax and log-softmax work on each number alone. They run over whole
 * vectors, padding included: there g is 0, every f'(0) is finite, and so g stays 0. Where
 * f' can be had from a alone it is, so that z need not be kept; `x` is z or a
 * accordingly.
 */
#ifndef BP_KERNEL_ACTIVATE_H
#define BP_KERNEL_ACTIVATE_H

#include "kernel/softmax.h"
#include "kernel/vmath.h"

/* Elements in a chunk for the pool, about: a chunk is whole rows. */
#define ACTIVATE_CHUNK 8192

#define ONE  vec_set1(REAL_C(1.0))
#define HALF vec_set1(REAL_C(0.5))

#define SELU_SCALE       REAL_C(1.0507009873554804934193349852946)
#define SELU_ALPHA_SCALE REAL_C(1.7580993408473768599402175208123) /* alpha times scale */

#define SQRT_HALF_REAL REAL_C(0.70710678118654752440084436210485)
#define INV_SQRT_2PI   REAL_C(0.39894228040143267793994605993438)
#define SQRT_2_BY_PI   REAL_C(0.79788456080286535587989211986876)
#define GELU_CUBE      REAL_C(0.044715)
/* Beyond it tanh is 1 in gelu_tanh, whose cube must not overflow. */
#define GELU_TANH_END REAL_C(16.0)

#define SOFTPLUS_THRESHOLD REAL_C(20.0)

typedef vec (*forward_fn)(vec z, vec slope);
typedef vec (*backward_fn)(vec x, vec g, vec slope);

KERNEL_INLINE vec sigmoid(vec z, vec slope)
{
    (void)slope;
    return vec_sigmoid(z);
}

KERNEL_INLINE vec sigmoid_back(vec a, vec g, vec slope)
{
    (void)slope;
    return vec_mul(g, vec_mul(a, vec_sub(ONE, a)));
}

KERNEL_INLINE vec tangent(vec z, vec slope)
{
    (void)slope;
    return vec_tanh(z);
}

KERNEL_INLINE vec tangent_back(vec a, vec g, vec slope)
{
    (void)slope;
    return vec_mul(g, vec_fnma(a, a, ONE));
}

KERNEL_INLINE vec relu(vec z, vec slope)
{
    (void)slope;
    return vec_select(vec_lt(z, vec_zero()), vec_zero(), z);
}

KERNEL_INLINE vec relu_back(vec a, vec g, vec slope)
{
    (void)slope;
    return vec_select(vec_gt(a, vec_zero()), g, vec_zero());
}

KERNEL_INLINE vec leaky_relu(vec z, vec slope)
{
    return vec_select(vec_gt(z, vec_zero()), z, vec_mul(slope, z));
}

KERNEL_INLINE vec leaky_relu_back(vec z, vec g, vec slope)
{
    return vec_select(vec_gt(z, vec_zero()), g, vec_mul(g, slope));
}

KERNEL_INLINE vec elu(vec z, vec alpha)
{
    return vec_select(vec_gt(z, vec_zero()), z, vec_mul(alpha, vec_expm1(z)));
}

KERNEL_INLINE vec elu_back(vec z, vec g, vec alpha)
{
    const vec below = vec_mul(g, vec_mul(alpha, vec_exp(z)));

    return vec_select(vec_gt(z, vec_zero()), g, below);
}

KERNEL_INLINE vec selu(vec z, vec slope)
{
    const vec below = vec_mul(vec_set1(SELU_ALPHA_SCALE), vec_expm1(z));

    (void)slope;
    return vec_select(vec_gt(z, vec_zero()), vec_mul(vec_set1(SELU_SCALE), z), below);
}

KERNEL_INLINE vec selu_back(vec z, vec g, vec slope)
{
    const vec below = vec_mul(vec_set1(SELU_ALPHA_SCALE), vec_exp(z));

    (void)slope;
    return vec_mul(g, vec_select(vec_gt(z, vec_zero()), vec_set1(SELU_SCALE), below));
}

/* The normal distribution's function: (1 + erf(z / sqrt 2)) / 2. */
KERNEL_INLINE vec normal_below(vec z)
{
    const vec erf_z = vec_erf(vec_mul(vec_set1(SQRT_HALF_REAL), z));

    return vec_mul(HALF, vec_add(ONE, erf_z));
}

KERNEL_INLINE vec gelu(vec z, vec slope)
{
    (void)slope;
    return vec_mul(z, normal_below(z));
}

/* f' = Phi(z) + z phi(z) */
KERNEL_INLINE vec gelu_back(vec z, vec g, vec slope)
{
    const vec bell = vec_exp(vec_mul(vec_mul(vec_set1(REAL_C(-0.5)), z), z));
    const vec density = vec_mul(vec_set1(INV_SQRT_2PI), bell);

    (void)slope;
    return vec_mul(g, vec_fma(z, density, normal_below(z)));
}

/* t = tanh(sqrt(2/pi) (z + 0.044715 z^3)), NaN staying NaN. */
KERNEL_INLINE vec gelu_clamp(vec z)
{
    const vec raised = vec_max(vec_set1(-GELU_TANH_END), z);

    return vec_min(vec_set1(GELU_TANH_END), raised);
}

KERNEL_INLINE vec gelu_inner(vec c)
{
    const vec cube = vec_mul(vec_mul(c, c), c);

    return vec_mul(vec_set1(SQRT_2_BY_PI), vec_fma(vec_set1(GELU_CUBE), cube, c));
}

KERNEL_INLINE vec gelu_tanh(vec z, vec slope)
{
    const vec t = vec_tanh(gelu_inner(gelu_clamp(z)));

    (void)slope;
    return vec_mul(vec_mul(HALF, z), vec_add(ONE, t));
}

/* f' = (1 + t) / 2 + z/2 (1 - t^2) sqrt(2/pi) (1 + 3 * 0.044715 z^2); beyond the clamp
 * 1 - t^2 is 0. */
KERNEL_INLINE vec gelu_tanh_back(vec z, vec g, vec slope)
{
    const vec c = gelu_clamp(z);
    const vec t = vec_tanh(gelu_inner(c));
    const vec square = vec_mul(c, c);
    const vec inner = vec_fma(vec_set1(REAL_C(3.0) * GELU_CUBE), square, ONE);
    const vec speed = vec_mul(vec_set1(SQRT_2_BY_PI), inner);
    const vec second = vec_mul(vec_mul(c, vec_fnma(t, t, ONE)), speed);

    (void)slope;
    return vec_mul(g, vec_mul(HALF, vec_add(vec_add(ONE, t), second)));
}

KERNEL_INLINE vec silu(vec z, vec slope)
{
    (void)slope;
    return vec_mul(z, vec_sigmoid(z));
}

/* f' = s (1 + z (1 - s)) */
KERNEL_INLINE vec silu_back(vec z, vec g, vec slope)
{
    const vec s = vec_sigmoid(z);

    (void)slope;
    return vec_mul(g, vec_mul(s, vec_fma(z, vec_sub(ONE, s), ONE)));
}

KERNEL_INLINE vec softplus(vec z, vec slope)
{
    const vmask beyond = vec_gt(z, vec_set1(SOFTPLUS_THRESHOLD));

    (void)slope;
    return vec_select(beyond, z, vec_log1p(vec_exp(z)));
}

KERNEL_INLINE vec softplus_back(vec z, vec g, vec slope)
{
    const vmask beyond = vec_gt(z, vec_set1(SOFTPLUS_THRESHOLD));

    (void)slope;
    return vec_select(beyond, g, vec_mul(g, vec_sigmoid(z)));
}

KERNEL_INLINE vec softsign(vec z, vec slope)
{
    (void)slope;
    return vec_div(z, vec_add(ONE, vec_abs(z)));
}

KERNEL_INLINE vec softsign_back(vec z, vec g, vec slope)
{
    const vec below = vec_add(ONE, vec_abs(z));

    (void)slope;
    return vec_div(vec_div(g, below), below);
}

KERNEL_INLINE vec hard_sigmoid(vec z, vec slope)
{
    const vec line = vec_add(vec_div(z, vec_set1(REAL_C(6.0))), HALF);

    (void)slope;
    return vec_min(ONE, vec_max(vec_zero(), line));
}

KERNEL_INLINE vec hard_sigmoid_back(vec a, vec g, vec slope)
{
    const vmask inside = mask_and(vec_gt(a, vec_zero()), vec_lt(a, ONE));

    (void)slope;
    return vec_select(inside, vec_div(g, vec_set1(REAL_C(6.0))), vec_zero());
}

/* Numbers in rows, or in one row if there are no gaps. */
struct span {
    size_t rows, cols, stride;
};

KERNEL_INLINE void map(forward_fn f, const struct BP_REAL(activation) * work,
                       const struct span *span)
{
    const vec slope = vec_set1(work->slope);
    size_t r, j;

    for (r = 0; r < span->rows; r++) {
        const real *const z = work->z + r * span->stride;
        real *const a = work->a + r * span->stride;

        for (j = 0; j < span->cols; j += VEC_LANES)
            vec_store(a + j, f(vec_load(z + j), slope));
    }
}

KERNEL_INLINE void map_back(backward_fn f, const real *x,
                            const struct BP_REAL(activation) * work,
                            const struct span *span)
{
    const vec slope = vec_set1(work->slope);
    size_t r, j;

    for (r = 0; r < span->rows; r++) {
        const real *const x_row = x + r * span->stride;
        real *const g = work->g + r * span->stride;

        for (j = 0; j < span->cols; j += VEC_LANES)
            vec_store(g + j, f(vec_load(x_row + j), vec_load(g + j), slope));
    }
}

static struct span vectors_of(const struct BP_REAL(activation) * work)
{
    const size_t cols = (work->cols + VEC_LANES - 1) / VEC_LANES * VEC_LANES;
    const struct span rows = {work->rows, cols, work->stride};
    const struct span whole = {1, work->rows * cols, 0};

    return cols == work->stride ? whole : rows;
}

typedef void (*activate_fn)(const struct BP_REAL(activation) * work);

/* The two loops of an activation; x is what f' reads, z or a. */
#define ACTIVATION(f, x)                                               \
    static void f##_rows(const struct BP_REAL(activation) * work)      \
    {                                                                  \
        const struct span span = vectors_of(work);                     \
                                                                       \
        map(f, work, &span);                                           \
    }                                                                  \
    static void f##_back_rows(const struct BP_REAL(activation) * work) \
    {                                                                  \
        const struct span span = vectors_of(work);                     \
                                                                       \
        map_back(f##_back, work->x, work, &span);                      \
    }

ACTIVATION(sigmoid, a)
ACTIVATION(tangent, a)
ACTIVATION(relu, a)
ACTIVATION(leaky_relu, z)
ACTIVATION(elu, z)
ACTIVATION(selu, z)
ACTIVATION(gelu, z)
ACTIVATION(gelu_tanh, z)
ACTIVATION(silu, z)
ACTIVATION(softplus, z)
ACTIVATION(softsign, z)
ACTIVATION(hard_sigmoid, a)

static void linear_rows(const struct BP_REAL(activation) * work)
{
    size_t r;

    for (r = 0; work->z != work->a && r < work->rows; r++)
        memcpy(work->a + r * work->stride, work->z + r * work->stride,
               bp_padded(work->cols) * sizeof *work->a);
}

/* dC/dz is dC/da. */
static void linear_back_rows(const struct BP_REAL(activation) * work)
{
    (void)work;
}

static const activate_fn forward[] = {
    [BP_ACTIVATION_LINEAR] = linear_rows,
    [BP_ACTIVATION_SIGMOID] = sigmoid_rows,
    [BP_ACTIVATION_TANH] = tangent_rows,
    [BP_ACTIVATION_RELU] = relu_rows,
    [BP_ACTIVATION_LEAKY_RELU] = leaky_relu_rows,
    [BP_ACTIVATION_ELU] = elu_rows,
    [BP_ACTIVATION_SELU] = selu_rows,
    [BP_ACTIVATION_GELU] = gelu_rows,
    [BP_ACTIVATION_GELU_TANH] = gelu_tanh_rows,
    [BP_ACTIVATION_SILU] = silu_rows,
    [BP_ACTIVATION_SOFTPLUS] = softplus_rows,
    [BP_ACTIVATION_SOFTSIGN] = softsign_rows,
    [BP_ACTIVATION_HARD_SIGMOID] = hard_sigmoid_rows,
    [BP_ACTIVATION_SOFTMAX] = softmax_rows,
    [BP_ACTIVATION_LOG_SOFTMAX] = log_softmax_rows,
};

static const activate_fn backward[] = {
    [BP_ACTIVATION_LINEAR] = linear_back_rows,
    [BP_ACTIVATION_SIGMOID] = sigmoid_back_rows,
    [BP_ACTIVATION_TANH] = tangent_back_rows,
    [BP_ACTIVATION_RELU] = relu_back_rows,
    [BP_ACTIVATION_LEAKY_RELU] = leaky_relu_back_rows,
    [BP_ACTIVATION_ELU] = elu_back_rows,
    [BP_ACTIVATION_SELU] = selu_back_rows,
    [BP_ACTIVATION_GELU] = gelu_back_rows,
    [BP_ACTIVATION_GELU_TANH] = gelu_tanh_back_rows,
    [BP_ACTIVATION_SILU] = silu_back_rows,
    [BP_ACTIVATION_SOFTPLUS] = softplus_back_rows,
    [BP_ACTIVATION_SOFTSIGN] = softsign_back_rows,
    [BP_ACTIVATION_HARD_SIGMOID] = hard_sigmoid_back_rows,
    [BP_ACTIVATION_SOFTMAX] = softmax_back_rows,
    [BP_ACTIVATION_LOG_SOFTMAX] = log_softmax_back_rows,
};

static void exp_each(real *x, size_t count)
{
    size_t i;

    for (i = 0; i + VEC_LANES <= count; i += VEC_LANES)
        vec_store(x + i, vec_exp(vec_load(x + i)));
    if (i < count)
        vec_store_partial(x + i, vec_exp(vec_load_partial(x + i, count - i)), count - i);
}

struct activate_grid {
    const struct BP_REAL(activation) * work;
    activate_fn run;
    size_t rows; /* in a chunk */
};

static void activate_chunk(void *data, size_t chunk)
{
    const struct activate_grid *const grid = data;
    struct BP_REAL(activation) part = *grid->work;
    const size_t row = chunk * grid->rows;
    const size_t rest = part.rows - row;
    const size_t offset = row * part.stride;

    part.rows = rest < grid->rows ? rest : grid->rows;
    if (part.z != NULL)
        part.z += offset;
    part.a += offset;
    if (part.g != NULL)
        part.g += offset;
    grid->run(&part);
}

static void activate_all(struct bp_pool *pool, const struct BP_REAL(activation) * work,
                         activate_fn run)
{
    struct activate_grid grid = {work, run, 1};

    if (work->rows == 0 || work->cols == 0)
        return;
    if (work->stride < ACTIVATE_CHUNK)
        grid.rows = ACTIVATE_CHUNK / work->stride;
    if (work->rows <= grid.rows)
        run(work);
    else
        bp_parallel_for(pool, (work->rows + grid.rows - 1) / grid.rows, activate_chunk,
                        &grid);
}

static void activate(struct bp_pool *pool, const struct BP_REAL(activation) * work)
{
    activate_all(pool, work, forward[work->kind]);
}

static void derive(struct bp_pool *pool, const struct BP_REAL(activation) * work)
{
    activate_all(pool, work, backward[work->kind]);
}

#endif
