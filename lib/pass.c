/* SPDX-License-Identifier: MIT */
#include "pass.h"

static bool is_last(const struct bp_network *network, size_t i)
{
    return i + 1 == network->count;
}

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
           (is_last(network, i) && node->spec.activation != BP_ACTIVATION_LINEAR);
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

static size_t widest(const struct bp_network *network)
{
    size_t width = network->inputs;
    size_t i;

    for (i = 0; i < network->count; i++)
        if (network->nodes[i].outputs > width)
            width = network->nodes[i].outputs;
    return width;
}

/* For a prediction two places take turns, and a third holds z where it is kept. */
static void plan_predicting(struct bp_pass *pass, struct bp_plan *plan)
{
    const struct bp_network *network = pass->network;
    const size_t width = widest(network);
    const size_t turn[2] = {bp_plan_matrix(plan, pass->capacity, width),
                            bp_plan_matrix(plan, pass->capacity, width)};
    const size_t z = bp_plan_matrix(plan, pass->capacity, width);
    size_t before = pass->input;
    size_t i;

    for (i = 0; i < network->count; i++) {
        struct bp_slot *slot = &pass->slots[i];

        slot->output = turn[i % 2];
        slot->z = keeps_z(network, i) ? z : slot->output;
        if (network->nodes[i].spec.kind == BP_LAYER_KIND_ACTIVATION)
            slot->z = before;
        before = slot->output;
    }
}

/* The transposed weights of one layer at a time, or a batch for a callback. */
static size_t plan_scratch(const struct bp_pass *pass, struct bp_plan *plan)
{
    const struct bp_network *network = pass->network;
    const size_t offset = plan->count;
    struct bp_plan largest = *plan;
    size_t i;

    for (i = 0; i < network->count; i++) {
        const struct bp_node *node = &network->nodes[i];
        struct bp_plan one = *plan;

        if (node->spec.activation == BP_ACTIVATION_CUSTOM)
            (void)bp_plan_matrix(&one, pass->capacity, node->outputs);
        if (one.count > largest.count || one.overflow)
            largest = one;
        one = *plan;
        if (i > 0 && node->spec.kind == BP_LAYER_KIND_DENSE)
            (void)bp_plan_matrix(&one, node->outputs, node->inputs);
        if (one.count > largest.count || one.overflow)
            largest = one;
    }
    *plan = largest;
    return offset;
}

static void plan_all(struct bp_pass *pass, struct bp_plan *plan)
{
    const struct bp_network *network = pass->network;
    const size_t width = widest(network);

    pass->input = bp_plan_matrix(plan, pass->capacity, network->inputs);
    pass->targets = bp_plan_matrix(plan, pass->capacity, bp_network_width(network));
    if (!pass->training) {
        plan_predicting(pass, plan);
        return;
    }
    plan_training(pass, plan);
    pass->grads[0] = bp_plan_matrix(plan, pass->capacity, width);
    pass->grads[1] = bp_plan_matrix(plan, pass->capacity, width);
    pass->scratch = plan_scratch(pass, plan);
}

static size_t slots_size(const struct bp_network *network)
{
    return network->count * sizeof(struct bp_slot);
}

static bp_status reserve(struct bp_pass *pass)
{
    const struct bp_network *network = pass->network;
    struct bp_plan plan = {.element_size = network->engine->element_size};
    size_t labels_size;

    if (!bp_mul(pass->capacity, sizeof *pass->labels, &labels_size))
        return BP_ELIMIT;
    pass->slots = bp_host_allocate(&network->host, slots_size(network));
    if (pass->slots == NULL)
        return BP_ENOMEM;
    plan_all(pass, &plan);
    if (plan.overflow)
        return BP_ELIMIT;
    pass->labels = bp_host_allocate(&network->host, labels_size);
    if (pass->labels == NULL)
        return BP_ENOMEM;
    return bp_arena_reserve(&pass->arena, &network->host, &plan);
}

bp_status bp_pass_create(struct bp_pass *pass, const struct bp_network *network,
                         size_t rows, bool training)
{
    bp_status status;

    *pass = (struct bp_pass){.network = network, .capacity = rows, .training = training};
    status = reserve(pass);
    if (status != BP_OK)
        bp_pass_release(pass);
    return status;
}

void bp_pass_release(struct bp_pass *pass)
{
    const struct bp_host *host;

    if (pass->network == NULL)
        return;
    host = &pass->network->host;
    bp_arena_release(&pass->arena, host);
    bp_host_release(host, pass->labels, pass->capacity * sizeof *pass->labels);
    bp_host_release(host, pass->slots, slots_size(pass->network));
    *pass = (struct bp_pass){.network = NULL};
}

static void *at(const struct bp_pass *pass, size_t offset)
{
    return bp_at(pass->arena.base, pass->network->engine->element_size, offset);
}

void *bp_pass_row(const struct bp_pass *pass, size_t offset, size_t width, size_t row)
{
    return at(pass, offset + row * bp_padded(width));
}

size_t bp_pass_output(const struct bp_pass *pass)
{
    return pass->slots[pass->network->count - 1].output;
}

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
        .input = at(pass, i > 0 ? pass->slots[i - 1].output : pass->input),
        .z = at(pass, slot->z),
        .output = at(pass, slot->output),
    };
}

static const struct bp_op *op_of(const struct bp_network *network, size_t i)
{
    return network->engine->ops[network->nodes[i].spec.kind];
}

/* At most so many threads as the network says; read once for a pass. */
static struct bp_pool pool_of(const struct bp_network *network)
{
    return (struct bp_pool){.threads =
                                (uint32_t)network->settings[BP_NETWORK_THREADS - 1]};
}

int32_t bp_pass_forward(const struct bp_pass *pass)
{
    struct bp_pool pool = pool_of(pass->network);
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
    return at(pass, pass->grads[*turn]);
}

int32_t bp_pass_backward(const struct bp_pass *pass, const struct bp_arena *grads,
                         bool fused)
{
    const struct bp_network *network = pass->network;
    struct bp_pool pool = pool_of(network);
    int32_t answer = 0;
    size_t turn = 0;
    size_t i;

    for (i = network->count; i-- > 0 && answer == 0;) {
        struct bp_op_run run = run_of(pass, &pool, i);

        run.grads = grads->base;
        run.fused = fused && is_last(network, i);
        run.scratch = at(pass, pass->scratch);
        run.output_grad = at(pass, pass->grads[turn]);
        run.input_grad = input_grad_of(pass, i, &turn);
        answer = op_of(network, i)->backward(&run);
    }
    return answer;
}

/* A loss that is one formula with the activation starts from z. */
static const void *cost_input(const struct bp_pass *pass, bool fused)
{
    const struct bp_slot *slot = &pass->slots[pass->network->count - 1];

    return at(pass, fused ? slot->z : slot->output);
}

static struct bp_cost_run cost_run_of(const struct bp_pass *pass,
                                      const struct bp_cost_spec *cost, bool fused)
{
    const size_t cols = bp_network_width(pass->network);

    return (struct bp_cost_run){
        .kind = cost->kind,
        .scale = cost->settings[BP_COST_SCALE - 1],
        .fused = fused,
        .rows = pass->rows,
        .cols = cols,
        .stride = bp_padded(cols),
        .outputs = cost_input(pass, fused),
        .targets = pass->has_targets ? at(pass, pass->targets) : NULL,
        .labels = pass->labels,
        .divisor = bp_cost_divisor(cost, pass->rows, cols),
        .gradient = pass->training ? at(pass, pass->grads[0]) : NULL,
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
        .input_stride = bp_padded(cols),
        .output_stride = bp_padded(cols),
        .input = cost_input(pass, false),
        .targets = pass->has_targets ? at(pass, pass->targets) : NULL,
        .labels = pass->has_targets ? NULL : pass->labels,
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

    *total += mean * (double)pass->rows;
    return answer;
}

int32_t bp_pass_cost(const struct bp_pass *pass, const struct bp_cost_spec *cost,
                     bool fused, double *total)
{
    const struct bp_cost_run run = cost_run_of(pass, cost, fused);

    if (cost->kind == BP_COST_CUSTOM)
        return call_value(pass, cost, total);
    *total = pass->network->engine->cost_value(&run, *total);
    return 0;
}

/* A callback writes widths only; beyond them there may be numbers of an earlier layer. */
static int32_t call_gradient(const struct bp_pass *pass, const struct bp_cost_spec *cost)
{
    const struct bp_engine *engine = pass->network->engine;
    const bool f64 = engine == &bp_engine_f64;
    bp_run run = callback_run(pass, cost, NULL);

    run.input_grad = at(pass, pass->grads[0]);
    engine->clear(run.input_grad, run.rows * run.input_stride);
    return f64 ? cost->ops.gradient_f64(&run) : cost->ops.gradient(&run);
}

int32_t bp_pass_cost_gradient(const struct bp_pass *pass, const struct bp_cost_spec *cost,
                              bool fused)
{
    const struct bp_cost_run run = cost_run_of(pass, cost, fused);

    if (cost->kind == BP_COST_CUSTOM)
        return call_gradient(pass, cost);
    pass->network->engine->cost_gradient(&run);
    return 0;
}

uint64_t bp_pass_branches(const struct bp_pass *pass, const struct bp_cost_spec *cost,
                          bool fused)
{
    const struct bp_network *network = pass->network;
    const struct bp_cost_run cost_run = cost_run_of(pass, cost, fused);
    struct bp_pool pool = pool_of(network);
    uint64_t hash = UINT64_C(14695981039346656037);
    size_t i;

    for (i = 0; i < network->count; i++) {
        const struct bp_op_run run = run_of(pass, &pool, i);

        hash = op_of(network, i)->branches(&run, hash);
    }
    return cost->kind != BP_COST_CUSTOM ? network->engine->cost_branches(&cost_run, hash)
                                        : hash;
}
