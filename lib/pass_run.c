/* SPDX-License-Identifier: MIT */
/* The two directions of a batch through the layers. */
#include "pass.h"

#include <math.h>

/* The first layer has nobody to tell on the way back. */
static struct bp_op_run prepared(const struct bp_pass *pass, size_t i)
{
    const struct bp_network *network = pass->network;
    const struct bp_slot *slot = &pass->slots[i];

    return (struct bp_op_run){
        .node = &network->nodes[i],
        .kernels = network->kernels,
        .pool = pass->pool,
        .element = i,
        .params = network->params.base,
        .state = network->state.base,
        .moments = bp_pass_at(pass, slot->moments),
        .input = bp_pass_at(pass, i > 0 ? pass->slots[i - 1].output : pass->input),
        .z = bp_pass_at(pass, slot->z),
        .output = bp_pass_at(pass, slot->output),
        .output_grad = pass->training ? bp_pass_at(pass, slot->grad) : NULL,
        .input_grad =
            pass->training && i > 0 ? bp_pass_at(pass, pass->slots[i - 1].grad) : NULL,
        .scratch = bp_pass_at(pass, pass->scratch),
    };
}

static void *link_at(const struct bp_pass *pass, size_t i)
{
    return (unsigned char *)pass->links + i * pass->network->engine->link_size;
}

void bp_pass_prepare(const struct bp_pass *pass)
{
    size_t i;

    for (i = 0; i < pass->network->count; i++)
        pass->runs[i] = prepared(pass, i);
    for (i = 0; pass->links != NULL && i < pass->network->count; i++)
        pass->network->engine->link(&pass->runs[i], link_at(pass, i));
}

/* Whether the batch goes the way of a single row through a small network. */
static bool is_linked(const struct bp_pass *pass)
{
    return pass->links != NULL && pass->rows == 1;
}

/* What both directions of layer @p i have in common. */
static struct bp_op_run run_of(const struct bp_pass *pass, size_t i)
{
    struct bp_op_run run = pass->runs[i];

    run.mode = pass->mode;
    run.rows = pass->rows;
    run.seed = pass->seed;
    run.step = pass->step;
    return run;
}

static const struct bp_op *op_of(const struct bp_network *network, size_t i)
{
    return network->engine->ops[network->nodes[i].spec.kind];
}

int32_t bp_pass_forward(const struct bp_pass *pass)
{
    const struct bp_network *network = pass->network;
    int32_t answer = 0;
    size_t i;

    if (is_linked(pass)) {
        (void)network->engine->links_forward(network->kernels, pass->links,
                                             network->count, pass->runs[0].input);
        return 0;
    }
    for (i = 0; i < network->count && answer == 0; i++) {
        const struct bp_op_run run = run_of(pass, i);

        answer = op_of(network, i)->forward(&run);
    }
    return answer;
}

static struct bp_op_run backward_run_of(const struct bp_pass *pass,
                                        const struct bp_arena *grads, size_t i)
{
    struct bp_op_run run = run_of(pass, i);

    run.grads = grads->base;
    return run;
}

int32_t bp_pass_backward(const struct bp_pass *pass, const struct bp_arena *grads,
                         bool fused)
{
    const struct bp_network *network = pass->network;
    int32_t answer = 0;
    size_t i;

    if (is_linked(pass)) {
        network->engine->links_backward(network->kernels, pass->links, network->count,
                                        fused);
        return 0;
    }
    for (i = network->count; i-- > 0 && answer == 0;) {
        struct bp_op_run run = backward_run_of(pass, grads, i);

        run.fused = fused && i + 1 == network->count;
        answer = op_of(network, i)->backward(&run);
    }
    return answer;
}

void bp_pass_update(const struct bp_pass *pass, const struct bp_arena *grads,
                    const struct bp_update *update)
{
    const struct bp_network *network = pass->network;
    size_t i;

    for (i = 0; i < network->count; i++) {
        const struct bp_op *const op = op_of(network, i);

        if (op->gradient != NULL) {
            struct bp_op_run run = backward_run_of(pass, grads, i);

            run.update = update;
            op->gradient(&run);
        }
    }
}

bool bp_pass_gradients(const struct bp_pass *pass, const struct bp_arena *grads)
{
    const struct bp_network *network = pass->network;

    if (is_linked(pass))
        return network->engine->links_gradient(network->kernels, pass->links,
                                               network->count, pass->runs[0].input,
                                               grads->base);
    bp_pass_update(pass, grads, NULL);
    return isfinite(
        network->engine->largest(network->kernels, grads->base, network->params_count));
}

static bool has_parameters(const struct bp_node *node)
{
    return node->weight.rows > 0 || node->bias.rows > 0;
}

bool bp_pass_steps(const struct bp_pass *pass)
{
    const struct bp_network *network = pass->network;
    size_t i;

    if (is_linked(pass))
        return false;
    for (i = 0; i < network->count; i++)
        if (has_parameters(&network->nodes[i]) && !op_of(network, i)->steps)
            return false;
    return true;
}

/* Of a batch of rows as they lie, padding and all. */
static double largest(const struct bp_pass *pass, const void *rows, size_t stride)
{
    const struct bp_network *network = pass->network;

    return network->engine->largest(network->kernels, rows, pass->rows * stride);
}

double bp_pass_bound(const struct bp_pass *pass)
{
    const struct bp_network *network = pass->network;
    double bound = 0;
    size_t i;

    for (i = 0; i < network->count; i++) {
        const struct bp_op_run *const run = &pass->runs[i];
        const struct bp_node *const node = run->node;

        if (has_parameters(node)) {
            const double input = largest(pass, run->input, node->input_stride);
            const double grad = largest(pass, run->output_grad, node->output_stride);

            bound = fmax(bound, (double)pass->rows * fmax(input, 1) * grad);
        }
    }
    return bound;
}

uint64_t bp_pass_branches(const struct bp_pass *pass, uint64_t hash)
{
    const struct bp_network *network = pass->network;
    size_t i;

    for (i = 0; i < network->count; i++) {
        const struct bp_op_run run = run_of(pass, i);

        if (op_of(network, i)->branches != NULL)
            hash = op_of(network, i)->branches(&run, hash);
    }
    return hash;
}

void bp_pass_settle(const struct bp_pass *pass)
{
    const struct bp_network *network = pass->network;
    size_t i;

    for (i = 0; pass->links == NULL && i < network->count; i++) {
        const struct bp_op *const op = op_of(network, i);

        if (op->settle != NULL) {
            const struct bp_op_run run = run_of(pass, i);

            op->settle(&run);
        }
    }
}
