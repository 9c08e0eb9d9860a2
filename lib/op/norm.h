/* SPDX-License-Identifier: MIT */
/*
 * Layer norm and batch norm; the formulas are in lib/kernel/normalise.h. Forward leaves
 * the moments, in double, to backward, and those of a batch to settle(), which moves the
 * running statistics once the step has succeeded:
 *
 *     running = (1 - momentum) running + momentum new
 *
 * A template: activation.h is included before it.
 */

static const real *row_of(const void *arena, const struct bp_place *place)
{
    return place->rows > 0 ? (const real *)arena + place->offset : NULL;
}

static struct BP_REAL(norm) norm_work_of(const struct bp_op_run *run)
{
    const struct bp_node *node = run->node;
    const bool by_row = node->spec.kind == BP_LAYER_KIND_LAYER_NORM;
    const size_t count = by_row ? bp_padded(run->rows) : node->output_stride;

    return (struct BP_REAL(norm)){
        .rows = run->rows,
        .cols = node->outputs,
        .stride = node->output_stride,
        .epsilon = bp_layer_setting(&node->spec, BP_LAYER_EPSILON),
        .gamma = row_of(run->params, &node->weight),
        .beta = row_of(run->params, &node->bias),
        .mean = run->moments,
        .rstd = run->moments + count,
        .variance = by_row ? NULL : run->moments + 2 * count,
        .x = run->input,
        .y = run->output,
    };
}

static struct BP_REAL(norm) norm_back_work_of(const struct bp_op_run *run)
{
    const struct bp_node *node = run->node;
    struct BP_REAL(norm) work = norm_work_of(run);

    work.g = run->output_grad;
    work.dx = run->input_grad;
    if (node->weight.rows > 0) {
        work.gamma_grad = (real *)run->grads + node->weight.offset;
        work.beta_grad = (real *)run->grads + node->bias.offset;
    }
    return work;
}

static int32_t layer_norm_forward(const struct bp_op_run *run)
{
    const struct BP_REAL(norm) work = norm_work_of(run);

    kernels_of(run)->row_norm(run->pool, &work);
    return 0;
}

static int32_t layer_norm_backward(const struct bp_op_run *run)
{
    const struct BP_REAL(norm) work = norm_back_work_of(run);

    kernels_of(run)->row_norm_back(run->pool, &work);
    return 0;
}

static const struct bp_op layer_norm_op = {
    .forward = layer_norm_forward,
    .backward = layer_norm_backward,
};

static void load_running(const struct bp_op_run *run, const struct BP_REAL(norm) * work)
{
    const real *mean = row_of(run->state, &run->node->mean);
    const real *variance = row_of(run->state, &run->node->variance);
    size_t j;

    for (j = 0; j < work->cols; j++) {
        work->mean[j] = (double)mean[j];
        work->variance[j] = (double)variance[j];
    }
}

static int32_t batch_norm_forward(const struct bp_op_run *run)
{
    const struct BP_REAL(norm) work = norm_work_of(run);

    if (run->mode == BP_MODE_PREDICT)
        load_running(run, &work);
    else
        kernels_of(run)->column_moments(run->pool, &work);
    kernels_of(run)->column_rstd(&work);
    kernels_of(run)->column_norm(run->pool, &work);
    return 0;
}

static int32_t batch_norm_backward(const struct bp_op_run *run)
{
    const struct BP_REAL(norm) work = norm_back_work_of(run);

    kernels_of(run)->column_norm_back(run->pool, &work);
    return 0;
}

/* A variance may overflow `real` where what it normalises does not. */
static void settle_row(real *running, const double *fresh, size_t count, double momentum,
                       double factor)
{
    size_t j;

    for (j = 0; j < count; j++)
        running[j] = (real)fmin((1 - momentum) * (double)running[j] +
                                    momentum * (fresh[j] * factor),
                                (double)REAL_LARGEST);
}

/* The variance of the rows that are yet to come: divided by rows - 1. */
static void batch_norm_settle(const struct bp_op_run *run)
{
    const struct bp_node *node = run->node;
    const struct BP_REAL(norm) work = norm_work_of(run);
    const double momentum = bp_layer_setting(&node->spec, BP_LAYER_MOMENTUM);
    const double rows = (double)run->rows;

    settle_row((real *)run->state + node->mean.offset, work.mean, work.cols, momentum, 1);
    settle_row((real *)run->state + node->variance.offset, work.variance, work.cols,
               momentum, rows / (rows - 1));
}

static const struct bp_op batch_norm_op = {
    .forward = batch_norm_forward,
    .backward = batch_norm_backward,
    .settle = batch_norm_settle,
};
