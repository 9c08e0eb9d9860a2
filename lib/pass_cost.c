/* SPDX-License-Identifier: MIT */
/* The cost of the batch that has passed through. */
#include "pass.h"

/* A loss that is one formula with the activation starts from z. */
static const void *cost_input(const struct bp_pass *pass, bool fused)
{
    const struct bp_slot *slot = bp_pass_last(pass);

    return bp_pass_at(pass, fused ? slot->z : slot->output);
}

double bp_pass_weight(const struct bp_pass *pass)
{
    double sum = 0;
    size_t row;

    if (!pass->weighted)
        return (double)pass->rows;
    for (row = 0; row < pass->rows; row++)
        sum += pass->weights[row];
    return sum;
}

/* What the sum of the batch's costs is divided by. Rows that weigh nothing together have
 * cost 0. */
static double divisor_of(const struct bp_pass *pass, const struct bp_cost_spec *cost)
{
    const double weight = bp_pass_weight(pass);

    return bp_cost_divisor(cost, weight > 0 ? weight : 1,
                           bp_network_width(pass->network));
}

struct bp_cost_run bp_pass_cost_run(const struct bp_pass *pass,
                                    const struct bp_cost_spec *cost, bool fused)
{
    const size_t cols = bp_network_width(pass->network);

    return (struct bp_cost_run){
        .kind = cost->kind,
        .scale = cost->settings[BP_COST_SCALE - 1],
        .wide = pass->network->wide,
        .smoothing = cost->settings[BP_COST_SMOOTHING - 1],
        .fused = fused,
        .rows = pass->rows,
        .cols = cols,
        .stride = bp_stride(cols),
        .outputs = cost_input(pass, fused),
        .targets = pass->has_targets ? bp_pass_at(pass, pass->targets) : NULL,
        .labels = pass->labels,
        .weights = pass->weighted ? pass->weights : NULL,
        .divisor = divisor_of(pass, cost),
        .gradient = pass->training ? bp_pass_at(pass, bp_pass_last(pass)->grad) : NULL,
    };
}

/* The record for a cost of the caller's own. */
static bp_run callback_run(const struct bp_pass *pass, const struct bp_cost_spec *cost,
                           double *value)
{
    const size_t cols = bp_network_width(pass->network);

    return (bp_run){
        .struct_size = sizeof(bp_run),
        .mode = pass->mode,
        .precision =
            pass->network->engine == &bp_engine_f64 ? BP_PRECISION_F64 : BP_PRECISION_F32,
        .rows = pass->rows,
        .inputs = cols,
        .outputs = cols,
        .input_stride = bp_stride(cols),
        .output_stride = bp_stride(cols),
        .input = cost_input(pass, false),
        .targets = pass->has_targets ? bp_pass_at(pass, pass->targets) : NULL,
        .labels = pass->has_targets ? NULL : pass->labels,
        .weights = pass->weighted ? pass->weights : NULL,
        .seed = pass->seed,
        .step = pass->step,
        .cost = value,
        .user = cost->ops.user,
    };
}

static int32_t call_value(const struct bp_pass *pass, const struct bp_cost_spec *cost,
                          double *total)
{
    const bool f64 = pass->network->engine == &bp_engine_f64;
    double mean = 0;
    const bp_run run = callback_run(pass, cost, &mean);
    const int32_t answer = f64 ? cost->ops.value_f64(&run) : cost->ops.value(&run);

    *total += mean * bp_pass_weight(pass);
    return answer;
}

int32_t bp_pass_cost(const struct bp_pass *pass, const struct bp_cost_spec *cost,
                     const struct bp_cost_run *run, double *total)
{
    if (cost->kind == BP_COST_CUSTOM)
        return call_value(pass, cost, total);
    *total = pass->network->engine->cost_value(run, *total);
    return 0;
}

/* A callback writes widths only; beyond them there may be numbers of an earlier layer. */
static int32_t call_gradient(const struct bp_pass *pass, const struct bp_cost_spec *cost)
{
    const struct bp_engine *engine = pass->network->engine;
    const bool f64 = engine == &bp_engine_f64;
    bp_run run = callback_run(pass, cost, NULL);

    run.input_grad = bp_pass_at(pass, bp_pass_last(pass)->grad);
    engine->clear(run.input_grad, run.rows * run.input_stride);
    return f64 ? cost->ops.gradient_f64(&run) : cost->ops.gradient(&run);
}

int32_t bp_pass_cost_gradient(const struct bp_pass *pass, const struct bp_cost_spec *cost,
                              const struct bp_cost_run *run)
{
    if (cost->kind == BP_COST_CUSTOM)
        return call_gradient(pass, cost);
    pass->network->engine->cost_gradient(run);
    return 0;
}

uint64_t bp_pass_cost_branches(const struct bp_pass *pass,
                               const struct bp_cost_spec *cost, bool fused, uint64_t hash)
{
    const struct bp_cost_run run = bp_pass_cost_run(pass, cost, fused);

    if (cost->kind == BP_COST_CUSTOM)
        return hash;
    return pass->network->engine->cost_branches(&run, hash);
}
