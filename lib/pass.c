/* SPDX-License-Identifier: MIT */
#include "pass.h"

/*
 * z lies apart from a where the derivative needs it, and in the last layer, as a cost
 * that is one formula with the activation starts from z. An activation layer's z is its
 * input.
 */
static bool keeps_z(const struct bp_network *network, size_t i)
{
    const struct bp_node *node = &network->nodes[i];

    if (node->spec.kind != BP_LAYER_KIND_DENSE)
        return false;
    return node->needs_z ||
           (i + 1 == network->count && node->spec.activation != BP_ACTIVATION_LINEAR);
}

/* In training each layer has its own place. */
static void plan_training(struct bp_pass *pass, struct bp_plan *plan)
{
    const struct bp_network *network = pass->network;
    size_t before = pass->input;
    size_t i;

    for (i = 0; i < network->count; i++) {
        const struct bp_node *node = &network->nodes[i];
        struct bp_slot *slot = &pass->slots[i];

        slot->output = bp_plan_matrix(plan, pass->capacity, node->outputs);
        slot->z = slot->output;
        if (keeps_z(network, i))
            slot->z = bp_plan_matrix(plan, pass->capacity, node->outputs);
        else if (node->spec.kind == BP_LAYER_KIND_ACTIVATION)
            slot->z = before;
        before = slot->output;
    }
}

/* Each layer's dC/dz stays until all are there, so that what is made of them comes after
 * the whole way back. A layer that changes the gradient where it lies shares the place of
 * the layer before. */
static void plan_gradients(struct bp_pass *pass, struct bp_plan *plan)
{
    const struct bp_network *network = pass->network;
    size_t i;

    for (i = 0; i < network->count; i++) {
        const struct bp_node *node = &network->nodes[i];

        if (i > 0 && bp_layer_in_place(node->spec.kind))
            pass->slots[i].grad = pass->slots[i - 1].grad;
        else
            pass->slots[i].grad = bp_plan_matrix(plan, pass->capacity, node->outputs);
    }
}

static size_t widest(const struct bp_network *network)
{
    size_t width = network->inputs;
    size_t i;

    for (i = 0; i < network->count; i++)
        if (network->nodes[i].outputs > width)
            width = network->nodes[i].outputs;
    return width;
}

/* Room for the moments of layers that normalise, in double whatever the precision: of a
 * batch norm three numbers for each unit, of a layer norm two for each row. */
static void plan_moments(struct bp_pass *pass, struct bp_plan *plan)
{
    const struct bp_network *network = pass->network;
    const size_t wide = sizeof(double) / network->engine->element_size;
    size_t i;

    for (i = 0; i < network->count; i++) {
        const struct bp_node *node = &network->nodes[i];

        if (node->spec.kind == BP_LAYER_KIND_BATCH_NORM)
            pass->slots[i].moments = bp_plan_matrix(plan, 3 * wide, node->outputs);
        else if (node->spec.kind == BP_LAYER_KIND_LAYER_NORM)
            pass->slots[i].moments = bp_plan_matrix(plan, 2 * wide, pass->capacity);
    }
}

/* For a prediction two places take turns, and a third holds z where it is kept. A layer
 * that is there in training only leaves its input as its output. */
static void plan_predicting(struct bp_pass *pass, struct bp_plan *plan)
{
    const struct bp_network *network = pass->network;
    const size_t width = widest(network);
    const size_t turn[2] = {bp_plan_matrix(plan, pass->capacity, width),
                            bp_plan_matrix(plan, pass->capacity, width)};
    const size_t z = bp_plan_matrix(plan, pass->capacity, width);
    size_t before = pass->input;
    size_t turns = 0;
    size_t i;

    for (i = 0; i < network->count; i++) {
        const int32_t kind = network->nodes[i].spec.kind;
        struct bp_slot *slot = &pass->slots[i];

        slot->output = bp_layer_trains_only(kind) ? before : turn[turns++ % 2];
        slot->z = keeps_z(network, i) ? z : slot->output;
        if (kind == BP_LAYER_KIND_ACTIVATION)
            slot->z = before;
        before = slot->output;
    }
}

/* Room for one matrix after @p plan, if that is the most so far. */
static void take_larger(const struct bp_plan *plan, size_t rows, size_t cols,
                        struct bp_plan *largest)
{
    struct bp_plan one = *plan;

    (void)bp_plan_matrix(&one, rows, cols);
    if (one.overflow || (one.count > largest->count && !largest->overflow))
        *largest = one;
}

/* A batch of the widest inputs of a dense layer, or outputs that a callback makes. */
static size_t plan_scratch(const struct bp_pass *pass, struct bp_plan *plan)
{
    const size_t offset = plan->count;
    struct bp_plan largest = *plan;
    size_t i;

    for (i = 0; i < pass->network->count; i++) {
        const struct bp_node *node = &pass->network->nodes[i];

        if (node->spec.activation == BP_ACTIVATION_CUSTOM)
            take_larger(plan, pass->capacity, node->outputs, &largest);
        if (node->spec.kind == BP_LAYER_KIND_DENSE)
            take_larger(plan, pass->capacity, node->inputs, &largest);
    }
    *plan = largest;
    return offset;
}

static void plan_all(struct bp_pass *pass, struct bp_plan *plan)
{
    const struct bp_network *network = pass->network;

    pass->input = bp_plan_matrix(plan, pass->capacity, network->inputs);
    pass->targets = bp_plan_matrix(plan, pass->capacity, bp_network_width(network));
    plan_moments(pass, plan);
    if (!pass->training) {
        plan_predicting(pass, plan);
        return;
    }
    plan_training(pass, plan);
    plan_gradients(pass, plan);
    pass->scratch = plan_scratch(pass, plan);
}

static size_t slots_size(const struct bp_network *network)
{
    return network->count * sizeof(struct bp_slot);
}

static size_t runs_size(const struct bp_network *network)
{
    return network->count * sizeof(struct bp_op_run);
}

/* 0: there are none. */
static size_t links_size(const struct bp_network *network)
{
    return bp_network_is_small(network) ? network->count * network->engine->link_size : 0;
}

static bool reserve_runs(struct bp_pass *pass)
{
    const struct bp_network *network = pass->network;
    const size_t size = links_size(network);

    pass->slots = bp_host_allocate(&network->host, slots_size(network));
    pass->runs = bp_host_allocate(&network->host, runs_size(network));
    if (size > 0)
        pass->links = bp_host_allocate(&network->host, size);
    return pass->slots != NULL && pass->runs != NULL &&
           (size == 0 || pass->links != NULL);
}

static bp_status reserve(struct bp_pass *pass)
{
    const struct bp_network *network = pass->network;
    struct bp_plan plan = {.element_size = network->engine->element_size};
    size_t labels_size;
    size_t weights_size;

    if (!bp_mul(pass->capacity, sizeof *pass->labels, &labels_size) ||
        !bp_mul(pass->capacity, sizeof *pass->weights, &weights_size))
        return BP_ELIMIT;
    if (!reserve_runs(pass))
        return BP_ENOMEM;
    plan_all(pass, &plan);
    if (plan.overflow)
        return BP_ELIMIT;
    pass->labels = bp_host_allocate(&network->host, labels_size);
    pass->weights = bp_host_allocate(&network->host, weights_size);
    if (pass->labels == NULL || pass->weights == NULL)
        return BP_ENOMEM;
    return bp_arena_reserve(&pass->arena, &network->host, &plan);
}

static bp_status reserve_pool(struct bp_pass *pass)
{
    const struct bp_network *network = pass->network;
    struct bp_pool *pool = bp_host_allocate(&network->host, sizeof *pool);

    pass->pool = pool;
    if (pool == NULL)
        return BP_ENOMEM;
    return bp_pool_create(pool, &network->host,
                          bp_network_threads(network, pass->capacity, pass->training));
}

static void release_pool(struct bp_pass *pass)
{
    if (pass->pool != NULL)
        bp_pool_release(pass->pool);
    bp_host_release(&pass->network->host, pass->pool, sizeof *pass->pool);
}

bp_status bp_pass_create(struct bp_pass *pass, const struct bp_network *network,
                         size_t rows, bool training)
{
    bp_status status;

    *pass = (struct bp_pass){.network = network, .capacity = rows, .training = training};
    status = reserve(pass);
    if (status == BP_OK)
        status = reserve_pool(pass);
    if (status == BP_OK)
        bp_pass_prepare(pass);
    else
        bp_pass_release(pass);
    return status;
}

void bp_pass_release(struct bp_pass *pass)
{
    const struct bp_host *host;

    if (pass->network == NULL)
        return;
    host = &pass->network->host;
    release_pool(pass);
    bp_arena_release(&pass->arena, host);
    bp_host_release(host, pass->labels, pass->capacity * sizeof *pass->labels);
    bp_host_release(host, pass->weights, pass->capacity * sizeof *pass->weights);
    bp_host_release(host, pass->slots, slots_size(pass->network));
    bp_host_release(host, pass->runs, runs_size(pass->network));
    bp_host_release(host, pass->links, links_size(pass->network));
    *pass = (struct bp_pass){.network = NULL};
}

void *bp_pass_row(const struct bp_pass *pass, size_t offset, size_t width, size_t row)
{
    return bp_pass_at(pass, offset + row * bp_stride(width));
}
