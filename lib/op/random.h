/* SPDX-License-Identifier: MIT */
/*
 * Layers that are there in training only: dropout and noise. Their random numbers have
 * the address
 *
 *     key = the trainer's seed      counter = (stream, layer, n, step mod 2^32)
 *
 * so that the way back draws the same ones again, and nothing is stored. What n is of an
 * element i = row * width + column of the batch, with the width in whole BP_LANES, tells
 * lib/kernel/random.h. How far apart rows lie in memory does not matter.
 * A template: activation.h is included before it.
 */
#include "rng.h"

static struct BP_REAL(random)
    random_work(const struct bp_op_run *run, enum bp_rng_stream stream)
{
    const size_t width = bp_padded(run->node->outputs);

    return (struct BP_REAL(random)){
        .counter = {.key = {(uint32_t)run->seed, (uint32_t)(run->seed >> 32)},
                    .word = {(uint32_t)stream, (uint32_t)run->element, 0,
                             (uint32_t)run->step}},
        .count = run->rows * width,
        .width = width,
        .gap = run->node->output_stride - width,
        .x = run->input,
        .y = run->output,
    };
}

/* A prediction's input and output are one array, and there is nothing to do. */
static void pass_by(const struct bp_op_run *run)
{
    if (run->input != run->output)
        memcpy(run->output, run->input,
               run->rows * run->node->output_stride * sizeof(real));
}

/* Of all numbers u from 0 to 2^24 - 1 those below p 2^24 are dropped. */
static struct BP_REAL(random) dropout_work(const struct bp_op_run *run)
{
    const double p = bp_layer_setting(&run->node->spec, BP_LAYER_PROBABILITY);
    struct BP_REAL(random) work = random_work(run, BP_STREAM_DROPOUT);

    work.threshold = (uint32_t)ceil(p * 0x1p24);
    work.scale = p < 1 ? 1 / (1 - p) : 0;
    return work;
}

static int32_t dropout_forward(const struct bp_op_run *run)
{
    const struct BP_REAL(random) work = dropout_work(run);

    if (run->mode == BP_MODE_PREDICT || work.threshold == 0)
        pass_by(run);
    else
        kernels_of(run)->drop(run->pool, &work);
    return 0;
}

static int32_t dropout_backward(const struct bp_op_run *run)
{
    struct BP_REAL(random) work = dropout_work(run);

    work.x = work.y = run->output_grad;
    if (work.threshold > 0)
        kernels_of(run)->drop(run->pool, &work);
    return 0;
}

static const struct bp_op dropout_op = {
    .forward = dropout_forward,
    .backward = dropout_backward,
};

static int32_t noise_forward(const struct bp_op_run *run)
{
    struct BP_REAL(random) work = random_work(run, BP_STREAM_NOISE);

    work.deviation = bp_layer_setting(&run->node->spec, BP_LAYER_DEVIATION);
    work.normals = bp_normals_for(kernels_of(run)->isa);
    if (run->mode == BP_MODE_PREDICT || work.deviation == 0)
        pass_by(run);
    else
        kernels_of(run)->blur(run->pool, &work);
    return 0;
}

/* dC/dx is dC/dy, and lies where it should. */
static int32_t noise_backward(const struct bp_op_run *run)
{
    (void)run;
    return 0;
}

static const struct bp_op noise_op = {
    .forward = noise_forward,
    .backward = noise_backward,
};
