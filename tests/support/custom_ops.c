/* SPDX-License-Identifier: MIT */
/* The operations with callbacks of fixtures.h, one function for both precisions. */
#include "fixtures.h"

static double at(const bp_run *run, const void *array, size_t i)
{
    return run->precision == BP_PRECISION_F64 ? ((const double *)array)[i]
                                              : (double)((const float *)array)[i];
}

static void put(const bp_run *run, void *array, size_t i, double value)
{
    if (run->precision == BP_PRECISION_F64)
        ((double *)array)[i] = value;
    else
        ((float *)array)[i] = (float)value;
}

static int32_t answer(const bp_run *run)
{
    struct custom_state *state = run->user;

    if (state == NULL)
        return 0;
    ++state->calls;
    if (state->hook != NULL)
        state->hook(state, run);
    if (state->stop_after != 0 && state->calls >= state->stop_after)
        return 1;
    return state->answer;
}

/* a = z + z^2 / 4; the derivative is 1 + z / 2. */
static int32_t activate(const bp_run *run)
{
    for (size_t r = 0; r < run->rows; ++r)
        for (size_t j = 0; j < run->outputs; ++j) {
            const double z = at(run, run->input, r * run->input_stride + j);
            put(run, run->output, r * run->output_stride + j, z + z * z / 4);
        }
    return answer(run);
}

static int32_t derive(const bp_run *run)
{
    for (size_t r = 0; r < run->rows; ++r)
        for (size_t j = 0; j < run->outputs; ++j) {
            const double z = at(run, run->input, r * run->input_stride + j);
            const double g = at(run, run->output_grad, r * run->output_stride + j);
            put(run, run->input_grad, r * run->input_stride + j, g * (1 + z / 2));
        }
    return answer(run);
}

bp_activation_ops custom_activation(struct custom_state *state)
{
    return (bp_activation_ops){.struct_size = sizeof(bp_activation_ops),
                               .version = 1,
                               .name = "test_bend",
                               .range = BP_RANGE_REAL,
                               .forward = activate,
                               .backward = derive,
                               .forward_f64 = activate,
                               .backward_f64 = derive,
                               .user = state};
}

/* y_j = p_j x_j */
static int32_t plan(size_t inputs, size_t *outputs, size_t *parameters, void *user)
{
    struct custom_state *state = user;

    *outputs = state != NULL && state->outputs != 0 ? state->outputs : inputs;
    *parameters = inputs;
    return state != NULL ? state->answer : 0;
}

static int32_t initialise(const bp_run *run)
{
    for (size_t j = 0; j < run->parameter_count; ++j)
        put(run, run->parameters, j, 1 + (double)j / 8);
    return answer(run);
}

static int32_t scale(const bp_run *run)
{
    for (size_t r = 0; r < run->rows; ++r)
        for (size_t j = 0; j < run->outputs; ++j)
            put(run, run->output, r * run->output_stride + j,
                at(run, run->parameters, j) *
                    at(run, run->input, r * run->input_stride + j));
    return answer(run);
}

static int32_t unscale(const bp_run *run)
{
    for (size_t j = 0; j < run->outputs; ++j) {
        double sum = 0;
        for (size_t r = 0; r < run->rows; ++r) {
            const double g = at(run, run->output_grad, r * run->output_stride + j);
            sum += g * at(run, run->input, r * run->input_stride + j);
            if (run->input_grad != NULL)
                put(run, run->input_grad, r * run->input_stride + j,
                    g * at(run, run->parameters, j));
        }
        put(run, run->parameter_grads, j, sum);
    }
    return answer(run);
}

bp_layer_ops custom_layer(struct custom_state *state)
{
    return (bp_layer_ops){.struct_size = sizeof(bp_layer_ops),
                          .version = 1,
                          .name = "test_scale",
                          .range = BP_RANGE_REAL,
                          .plan = plan,
                          .initialise = initialise,
                          .forward = scale,
                          .backward = unscale,
                          .initialise_f64 = initialise,
                          .forward_f64 = scale,
                          .backward_f64 = unscale,
                          .user = state};
}

/* a - y for one output. */
static double off_target(const bp_run *run, size_t row, size_t col)
{
    const size_t i = row * run->input_stride + col;
    const double y = run->targets != NULL  ? at(run, run->targets, i)
                     : run->labels != NULL ? (double)((size_t)run->labels[row] == col)
                                           : 0;

    return at(run, run->input, i) - y;
}

static int32_t half_square(const bp_run *run)
{
    double sum = 0;

    for (size_t r = 0; r < run->rows; ++r)
        for (size_t j = 0; j < run->inputs; ++j)
            sum += off_target(run, r, j) * off_target(run, r, j) / 2;
    *run->cost = sum / (double)run->rows;
    return answer(run);
}

static int32_t half_square_gradient(const bp_run *run)
{
    for (size_t r = 0; r < run->rows; ++r)
        for (size_t j = 0; j < run->inputs; ++j)
            put(run, run->input_grad, r * run->input_stride + j,
                off_target(run, r, j) / (double)run->rows);
    return answer(run);
}

bp_cost_ops custom_cost(struct custom_state *state)
{
    return (bp_cost_ops){.struct_size = sizeof(bp_cost_ops),
                         .version = 1,
                         .name = "test_half_square",
                         .domain = BP_DOMAIN_REAL,
                         .takes_labels = 1,
                         .value = half_square,
                         .gradient = half_square_gradient,
                         .value_f64 = half_square,
                         .gradient_f64 = half_square_gradient,
                         .user = state};
}
