/* SPDX-License-Identifier: MIT */
/*
 * z = x W + b row by row, then a = f(z), where W lies as [from][to] so that a product
 * runs along the units of the layer. With g = dC/dz:
 *
 *     dC/dW = x^T g          dC/db = sum of the rows of g          dC/dx = g W^T
 *
 * The third is not wanted by the first layer, which has nothing before it to tell.
 * A template: activation.h is included before it.
 */
#include "op/update.h"

static const real *weights_of(const struct bp_op_run *run)
{
    return (const real *)run->params + run->node->weight.offset;
}

static const real *biases_of(const struct bp_op_run *run)
{
    const struct bp_place *bias = &run->node->bias;

    return bias->rows > 0 ? (const real *)run->params + bias->offset : NULL;
}

static int32_t dense_forward(const struct bp_op_run *run)
{
    const struct bp_node *node = run->node;
    const struct BP_REAL(product) work = {
        .rows = run->rows,
        .cols = node->outputs,
        .depth = node->inputs,
        .a = run->input,
        .a_row = node->input_stride,
        .a_depth = 1,
        .b = weights_of(run),
        .b_depth = node->weight.col_stride,
        .b_col = 1,
        .init = biases_of(run),
        .c = run->z,
        .c_stride = node->output_stride,
    };

    kernels_of(run)->product(run->pool, &work);
    return activation_forward(run);
}

static void weight_gradient(const struct bp_op_run *run)
{
    const struct bp_node *node = run->node;
    struct BP_REAL(step) step;
    struct BP_REAL(product) work = {
        .rows = node->inputs,
        .cols = node->outputs,
        .depth = run->rows,
        .a = run->input,
        .a_row = 1,
        .a_depth = node->input_stride,
        .b = run->output_grad,
        .b_depth = node->output_stride,
        .b_col = 1,
        .c = (real *)run->grads + node->weight.offset,
        .c_stride = node->weight.col_stride,
        .room = run->scratch,
    };

    if (run->update != NULL) {
        step.rule = run->update->rule;
        step.span = span_at(run->update, node->weight.offset);
        step.span.stride = work.c_stride;
        work.step = &step;
        work.c = step.span.w;
    }
    kernels_of(run)->product(run->pool, &work);
}

static void bias_gradient(const struct bp_op_run *run)
{
    const struct bp_node *node = run->node;
    real *const sums = (real *)run->grads + node->bias.offset;

    kernels_of(run)->sum_rows(run->output_grad, run->rows, node->outputs,
                              node->output_stride, sums);
    if (run->update != NULL) {
        struct BP_REAL(span) span = span_at(run->update, node->bias.offset);

        span.g = sums;
        span.count = bp_padded(node->outputs);
        span.rows = 1;
        kernels_of(run)->update(run->pool, run->update->rule, &span);
    }
}

static void input_gradient(const struct bp_op_run *run)
{
    const struct bp_node *node = run->node;
    const struct BP_REAL(product) work = {
        .rows = run->rows,
        .cols = node->inputs,
        .depth = node->outputs,
        .a = run->output_grad,
        .a_row = node->output_stride,
        .a_depth = 1,
        .b = weights_of(run),
        .b_depth = 1,
        .b_col = node->weight.col_stride,
        .c = run->input_grad,
        .c_stride = node->input_stride,
    };

    kernels_of(run)->product(run->pool, &work);
}

static int32_t dense_backward(const struct bp_op_run *run)
{
    const int32_t answer = activation_backward(run);

    if (answer == 0 && run->input_grad != NULL)
        input_gradient(run);
    return answer;
}

static void dense_gradient(const struct bp_op_run *run)
{
    weight_gradient(run);
    if (run->node->bias.rows > 0)
        bias_gradient(run);
}

static const struct bp_op dense_op = {
    .forward = dense_forward,
    .backward = dense_backward,
    .gradient = dense_gradient,
    .steps = true,
    .branches = activation_branches,
};
