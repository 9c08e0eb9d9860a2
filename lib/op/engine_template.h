/* SPDX-License-Identifier: MIT */
/*
 * One engine: all templates of operations and the table that shows them. BP_PRECISION is
 * defined before it is included; the engine's table is the one exported symbol.
 */
#include "op/activation.h"
#include "op/cost.h"
#include "op/custom.h"
#include "op/dense.h"
#include "op/link.h"
#include "op/norm.h"
#include "op/random.h"

static const void *kernels_for(int32_t isa)
{
    return BP_REAL(kernels_for)(isa);
}

/* Rows that lie the same on both sides, the commonest case by far. */
static bool is_copy(size_t stride)
{
    return BP_PRECISION == 32 && stride == 1;
}

static void load_f32(void *to, size_t stride, const float *from, size_t count)
{
    real *x = to;
    size_t i;

    if (is_copy(stride)) {
        memcpy(to, from, count * sizeof *from);
        return;
    }
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

    if (is_copy(stride)) {
        memcpy(to, from, count * sizeof *to);
        return;
    }
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

static void exp_each(const void *kernels, void *x, size_t count)
{
    ((const struct BP_REAL(kernels) *)kernels)->exp(x, count);
}

static double largest(const void *kernels, const void *x, size_t count)
{
    return ((const struct BP_REAL(kernels) *)kernels)->largest(x, count);
}

static void update(const struct bp_update *update, const void *grads, size_t offset,
                   size_t count)
{
    const struct BP_REAL(kernels) *kernels = update->kernels;
    struct BP_REAL(span) span = span_at(update, offset);

    span.g = (const real *)grads + offset;
    span.count = count;
    span.rows = 1;
    kernels->update(update->pool, update->rule, &span);
}

static const struct BP_REAL(kernels) * kernels_in(const struct bp_spans *spans)
{
    return spans->kernels;
}

static double sum(const struct bp_spans *spans, const void *x, const void *y)
{
    return kernels_in(spans)->sum(spans->pool, x, y, spans->count);
}

static void line(const struct bp_spans *spans, void *to, double a, const void *d,
                 const void *x)
{
    kernels_in(spans)->line(to, a, d, x, spans->count);
}

static void clamp(const struct bp_spans *spans, void *x, double limit)
{
    kernels_in(spans)->clamp(x, limit, spans->count);
}

/* Weights lie as [from][to]: what comes into a unit is a column. */
static void limit_norms(const struct bp_spans *spans, void *params,
                        const struct bp_place *weight, double limit)
{
    kernels_in(spans)->limit_columns((real *)params + weight->offset, weight->cols,
                                     weight->rows, weight->col_stride, limit);
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
    .most = REAL_LARGEST,
    .kernels = kernels_for,
    .ops = ops,
    .sum = sum,
    .line = line,
    .clamp = clamp,
    .limit_norms = limit_norms,
    .load_f32 = load_f32,
    .load_f64 = load_f64,
    .store_f32 = store_f32,
    .store_f64 = store_f64,
    .clear = clear,
    .exp = exp_each,
    .largest = largest,
    .link_size = sizeof(struct BP_REAL(link)),
    .link = link_of,
    .links_forward = links_forward,
    .links_backward = links_backward,
    .links_gradient = links_gradient,
    .cost_value = cost_value,
    .cost_gradient = cost_gradient,
    .cost_branches = cost_branches,
    .update = update,
};
