/* SPDX-License-Identifier: MIT */
/*
 * a = f(z), as a layer's last part or as a layer of its own. With g = dC/da:
 *
 *     dC/dz = g f'(z)          or J^T g where f couples the units of a layer
 *
 * computed in place. A template: BP_PRECISION is defined before it is included.
 */
#include "kernel/kernel.h"
#include "op/engine.h"

#include <string.h>

static const struct BP_REAL(kernels) * kernels_of(const struct bp_op_run *run)
{
    return run->kernels;
}

/* What lies beyond a row's width is zero for whoever multiplies whole vectors. */
static void clear_padding(real *x, size_t rows, size_t cols, size_t stride)
{
    size_t r;

    for (r = 0; r < rows; r++)
        memset(x + r * stride + cols, 0, (stride - cols) * sizeof *x);
}

static struct BP_REAL(activation) activation_work(const struct bp_op_run *run)
{
    const struct bp_node *node = run->node;

    return (struct BP_REAL(activation)){
        .kind = node->spec.activation,
        .slope = (real)bp_layer_setting(&node->spec, BP_LAYER_SLOPE),
        .rows = run->rows,
        .cols = node->outputs,
        .stride = node->output_stride,
        .z = run->z,
        .a = run->output,
        .g = run->output_grad,
    };
}

/* The record that a callback of an activation or a layer receives. */
static bp_run callback_run(const struct bp_op_run *run)
{
    return (bp_run){
        .struct_size = sizeof(bp_run),
        .mode = run->mode,
        .precision = BP_PRECISION == 32 ? BP_PRECISION_F32 : BP_PRECISION_F64,
        .rows = run->rows,
        .inputs = run->node->inputs,
        .outputs = run->node->outputs,
        .input_stride = run->node->input_stride,
        .output_stride = run->node->output_stride,
        .output = run->output,
        .seed = run->seed,
        .step = run->step,
        .element = run->element,
    };
}

static bp_run activation_callback_run(const struct bp_op_run *run)
{
    bp_run record = callback_run(run);

    record.inputs = record.outputs;
    record.input_stride = record.output_stride;
    record.input = run->z;
    record.user = run->node->spec.activation_ops.user;
    return record;
}

static int32_t call_activation_forward(const struct bp_op_run *run)
{
    const bp_activation_ops *ops = &run->node->spec.activation_ops;
    const bp_run_fn call = BP_PRECISION == 32 ? ops->forward : ops->forward_f64;
    const bp_run record = activation_callback_run(run);

    return call(&record);
}

/* The callback reads dC/da and writes dC/dz: they may not be one array for it. */
static int32_t call_activation_backward(const struct bp_op_run *run)
{
    const bp_activation_ops *ops = &run->node->spec.activation_ops;
    const bp_run_fn call = BP_PRECISION == 32 ? ops->backward : ops->backward_f64;
    const struct bp_node *node = run->node;
    bp_run record = activation_callback_run(run);
    int32_t answer;

    memcpy(run->scratch, run->output_grad,
           run->rows * node->output_stride * sizeof(real));
    record.output_grad = run->scratch;
    record.input_grad = run->output_grad;
    answer = call(&record);
    clear_padding(run->output_grad, run->rows, node->outputs, node->output_stride);
    return answer;
}

static int32_t activation_forward(const struct bp_op_run *run)
{
    const struct BP_REAL(activation) work = activation_work(run);

    if (work.kind == BP_ACTIVATION_CUSTOM)
        return call_activation_forward(run);
    if (work.kind != BP_ACTIVATION_LINEAR || work.z != work.a)
        kernels_of(run)->activate(run->pool, &work);
    return 0;
}

static int32_t activation_backward(const struct bp_op_run *run)
{
    const struct BP_REAL(activation) work = activation_work(run);

    if (run->fused)
        return 0;
    if (work.kind == BP_ACTIVATION_CUSTOM)
        return call_activation_backward(run);
    if (work.kind != BP_ACTIVATION_LINEAR)
        kernels_of(run)->derive(run->pool, &work);
    return 0;
}

/* On which side of its kinks a unit lies. Where z is not kept, a tells. */
static int side(int32_t kind, real z, real a)
{
    switch (kind) {
    case BP_ACTIVATION_RELU: return a > 0;
    case BP_ACTIVATION_LEAKY_RELU: return z >= 0;
    case BP_ACTIVATION_ELU:
    case BP_ACTIVATION_SELU: return z > 0;
    case BP_ACTIVATION_SOFTPLUS: return z > 20;
    case BP_ACTIVATION_HARD_SIGMOID: return (a > 0) + (a >= 1);
    default: return 0;
    }
}

static uint64_t activation_branches(const struct bp_op_run *run, uint64_t hash)
{
    const struct BP_REAL(activation) work = activation_work(run);
    size_t r;
    size_t j;

    for (r = 0; r < work.rows; r++)
        for (j = 0; j < work.cols; j++)
            hash = bp_mix(hash, side(work.kind, work.z[r * work.stride + j],
                                     work.a[r * work.stride + j]));
    return hash;
}

static const struct bp_op activation_op = {
    .forward = activation_forward,
    .backward = activation_backward,
    .branches = activation_branches,
};
