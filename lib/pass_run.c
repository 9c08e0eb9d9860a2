/* SPDX-License-Identifier: MIT */
/* The two directions of a batch through the layers. */
#include "pass.h"

/* What both directions of layer @p i have in common. */
static struct bp_op_run run_of(const struct bp_pass *pass, struct bp_pool *pool, size_t i)
{
    const struct bp_network *network = pass->network;
    const struct bp_slot *slot = &pass->slots[i];

    return (struct bp_op_run){
        .node = &network->nodes[i],
        .kernels = network->kernels,
        .pool = pool,
        .mode = pass->mode,
        .rows = pass->rows,
        .seed = pass->seed,
        .step = pass->step,
        .element = i,
        .params = network->params.base,
        .input = bp_pass_at(pass, i > 0 ? pass->slots[i - 1].output : pass->input),
        .z = bp_pass_at(pass, slot->z),
        .output = bp_pass_at(pass, slot->output),
    };
}

static const struct bp_op *op_of(const struct bp_network *network, size_t i)
{
    return network->engine->ops[network->nodes[i].spec.kind];
}

int32_t bp_pass_forward(const struct bp_pass *pass)
{
    struct bp_pool pool = bp_network_pool(pass->network);
    int32_t answer = 0;
    size_t i;

    for (i = 0; i < pass->network->count && answer == 0; i++) {
        const struct bp_op_run run = run_of(pass, &pool, i);

        answer = op_of(pass->network, i)->forward(&run);
    }
    return answer;
}

/* Where layer @p i puts dC/d input: the first has nobody to tell, and an activation layer
 * changes the gradient where it lies. */
static void *input_grad_of(const struct bp_pass *pass, size_t i, size_t *turn)
{
    if (i == 0)
        return NULL;
    if (pass->network->nodes[i].spec.kind != BP_LAYER_KIND_ACTIVATION)
        *turn = 1 - *turn;
    return bp_pass_at(pass, pass->grads[*turn]);
}

int32_t bp_pass_backward(const struct bp_pass *pass, const struct bp_arena *grads,
                         bool fused)
{
    const struct bp_network *network = pass->network;
    struct bp_pool pool = bp_network_pool(network);
    int32_t answer = 0;
    size_t turn = 0;
    size_t i;

    for (i = network->count; i-- > 0 && answer == 0;) {
        struct bp_op_run run = run_of(pass, &pool, i);

        run.grads = grads->base;
        run.fused = fused && i + 1 == network->count;
        run.scratch = bp_pass_at(pass, pass->scratch);
        run.output_grad = bp_pass_at(pass, pass->grads[turn]);
        run.input_grad = input_grad_of(pass, i, &turn);
        answer = op_of(network, i)->backward(&run);
    }
    return answer;
}

uint64_t bp_pass_branches(const struct bp_pass *pass, uint64_t hash)
{
    const struct bp_network *network = pass->network;
    struct bp_pool pool = bp_network_pool(network);
    size_t i;

    for (i = 0; i < network->count; i++) {
        const struct bp_op_run run = run_of(pass, &pool, i);

        hash = op_of(network, i)->branches(&run, hash);
    }
    return hash;
}
