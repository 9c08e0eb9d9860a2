/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include "fixtures.h"

#include <string.h>

static bool in_double(const bp_run *run)
{
    return run->precision == BP_PRECISION_F64;
}

/* Out of an array of the run, which has a stride. */
static void keep(const bp_run *run, const void *from, double *to)
{
    if (to == NULL)
        return;
    for (size_t r = 0; r < run->rows; ++r)
        for (size_t j = 0; j < run->outputs; ++j) {
            const size_t at = r * run->output_stride + j;
            to[r * run->outputs + j] =
                in_double(run) ? ((const double *)from)[at] : ((const float *)from)[at];
        }
}

static int32_t plan(size_t inputs, size_t *outputs, size_t *parameters, void *user)
{
    (void)user;
    *outputs = inputs;
    *parameters = 0;
    return 0;
}

static size_t row_size(const bp_run *run)
{
    return run->outputs * (in_double(run) ? sizeof(double) : sizeof(float));
}

static void copy_rows(const bp_run *run, const void *from, void *to)
{
    const size_t size = in_double(run) ? sizeof(double) : sizeof(float);

    for (size_t r = 0; r < run->rows; ++r)
        memcpy((char *)to + r * run->output_stride * size,
               (const char *)from + r * run->input_stride * size, row_size(run));
}

static int32_t layer_forward(const bp_run *run)
{
    copy_rows(run, run->input, run->output);
    return 0;
}

static int32_t layer_backward(const bp_run *run)
{
    const struct probe *probe = run->user;

    keep(run, run->output_grad, probe->gradient);
    if (run->input_grad != NULL)
        copy_rows(run, run->output_grad, run->input_grad);
    return 0;
}

static int32_t cost_value(const bp_run *run)
{
    const struct probe *probe = run->user;

    keep(run, run->input, probe->outputs);
    *run->cost = 0;
    return 0;
}

static int32_t cost_gradient(const bp_run *run)
{
    const struct probe *probe = run->user;

    for (size_t r = 0; r < run->rows; ++r)
        for (size_t j = 0; j < run->outputs; ++j) {
            const size_t at = r * run->output_stride + j;
            const double g = probe->given[r * run->outputs + j];
            if (in_double(run))
                ((double *)run->input_grad)[at] = g;
            else
                ((float *)run->input_grad)[at] = (float)g;
        }
    return 0;
}

bp_layer *probe_layer(struct probe *probe)
{
    const bp_layer_ops ops = {.struct_size = sizeof ops,
                              .name = "probe",
                              .range = probe->range,
                              .plan = plan,
                              .forward = layer_forward,
                              .backward = layer_backward,
                              .forward_f64 = layer_forward,
                              .backward_f64 = layer_backward,
                              .user = probe};
    bp_layer *layer = NULL;

    ok(bp_layer_create_custom(&ops, NULL, &layer));
    return layer;
}

bp_cost *probe_cost(struct probe *probe)
{
    const bp_cost_ops ops = {.struct_size = sizeof ops,
                             .name = "probe",
                             .domain = BP_DOMAIN_REAL,
                             .value = cost_value,
                             .gradient = cost_gradient,
                             .value_f64 = cost_value,
                             .gradient_f64 = cost_gradient,
                             .user = probe};
    bp_cost *cost = NULL;

    ok(bp_cost_create_custom(&ops, NULL, &cost));
    return cost;
}
