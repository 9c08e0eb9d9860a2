/* SPDX-License-Identifier: MIT */
/*
 * One engine: all templates of operations and the table that shows them. BP_PRECISION is
 * defined before it is included; the engine's table is the one exported symbol.
 */
#include "op/activation.h"
#include "op/cost.h"
#include "op/custom.h"
#include "op/dense.h"
#include "op/norm.h"
#include "op/random.h"

static const void *kernels_for(int32_t isa)
{
    return BP_REAL(kernels_for)(isa);
}

static void load_f32(void *to, size_t stride, const float *from, size_t count)
{
    real *x = to;
    size_t i;

    for (i = 0; i < count; i++)
        x[i * stride] = (real)from[i];
}

static void load_f64(void *to, size_t stride, const double *from, size_t count)
{
    real *x = to;
    size_t i;

    for (i = 0; i < count; i++)
        x[i * stride] = (real)from[i];
}

static void store_f32(const void *from, size_t stride, float *to, size_t count)
{
    const real *x = from;
    size_t i;

    for (i = 0; i < count; i++)
        to[i] = (float)x[i * stride];
}

static void store_f64(const void *from, size_t stride, double *to, size_t count)
{
    const real *x = from;
    size_t i;

    for (i = 0; i < count; i++)
        to[i] = (double)x[i * stride];
}

static void clear(void *x, size_t count)
{
    memset(x, 0, count * sizeof(real));
}

static bool all_finite(const void *kernels, const void *x, size_t count)
{
    return ((const struct BP_REAL(kernels) *)kernels)->finite(x, count);
}

/* The numbers from @p offset on, as an update sees them. */
static struct BP_REAL(span) span_of(const struct bp_update *update, const void *grads,
                                    size_t offset, size_t count)
{
    struct BP_REAL(span) span = {
        .w = (real *)update->params + offset,
        .g = (const real *)grads + offset,
        .count = count,
    };
    size_t s;

    for (s = 0; s < update->states; s++)
        span.state[s] = (real *)update->state + s * update->count + offset;
    return span;
}

static void update(const struct bp_update *update, const void *grads, size_t offset,
                   size_t count)
{
    const struct BP_REAL(kernels) *kernels = update->kernels;
    const struct BP_REAL(span) span = span_of(update, grads, offset, count);

    kernels->update(update->pool, update->rule, &span);
}

static const struct bp_op *const ops[] = {
    [BP_LAYER_KIND_DENSE] = &dense_op,
    [BP_LAYER_KIND_ACTIVATION] = &activation_op,
    [BP_LAYER_KIND_CUSTOM] = &custom_op,
    [BP_LAYER_KIND_DROPOUT] = &dropout_op,
    [BP_LAYER_KIND_NOISE] = &noise_op,
    [BP_LAYER_KIND_LAYER_NORM] = &layer_norm_op,
    [BP_LAYER_KIND_BATCH_NORM] = &batch_norm_op,
};

const struct bp_engine BP_REAL(engine) = {
    .element_size = sizeof(real),
    .kernels = kernels_for,
    .ops = ops,
    .load_f32 = load_f32,
    .load_f64 = load_f64,
    .store_f32 = store_f32,
    .store_f64 = store_f64,
    .clear = clear,
    .finite = all_finite,
    .cost_value = cost_value,
    .cost_gradient = cost_gradient,
    .cost_branches = cost_branches,
    .update = update,
};
