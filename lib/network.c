/* SPDX-License-Identifier: MIT */
/* The object: create, settings, layers, and what can be asked of it. */
#include "network.h"

#include <string.h>

static const struct bp_setting table[BP_NETWORK_SETTINGS] = {
    {BP_NETWORK_PRECISION, "precision", BP_PRECISION_F32, BP_PRECISION_F64,
     BP_PRECISION_F32, BP_SETTING_WHOLE},
    {BP_NETWORK_ISA, "isa", BP_ISA_BEST, BP_ISA_NEON, BP_ISA_BEST, BP_SETTING_WHOLE},
    {BP_NETWORK_THREADS, "threads", 0, BP_POOL_MOST, 0, BP_SETTING_WHOLE},
};

static const struct bp_settings settings = {table, BP_NETWORK_SETTINGS};

bp_status bp_network_create(size_t inputs, const bp_env *env, bp_network **network)
{
    void *object = NULL;
    bp_network *made;
    bp_status status;
    size_t padded;

    if (inputs == 0 || network == NULL || !bp_align_up(inputs, BP_LANES, &padded))
        return BP_EINVAL;
    status = bp_object_create(env, sizeof *made, &object);
    if (status != BP_OK)
        return status;
    made = object;
    made->inputs = inputs;
    bp_settings_reset(&settings, made->settings);
    *network = made;
    return BP_OK;
}

void bp_network_destroy(bp_network *network)
{
    const struct bp_host *host;

    if (network == NULL)
        return;
    host = &network->host;
    bp_network_release(network);
    bp_host_release(host, network->nodes, network->capacity * sizeof *network->nodes);
    bp_object_release(network, sizeof *network);
}

const char *bp_network_error(const bp_network *network)
{
    return network != NULL ? network->text.line : "";
}

bp_status bp_network_set(bp_network *network, int32_t key, double value)
{
    bp_status status;

    if (network == NULL)
        return BP_EINVAL;
    status = bp_settings_check(&settings, key, value, &network->text);
    if (status != BP_OK)
        return status;
    if (network->built && key != BP_NETWORK_THREADS)
        return bp_fail(&network->text, BP_ESTATE,
                       "the network is built, expected this key before");
    return bp_settings_set(&settings, network->settings, key, value, &network->text);
}

bp_status bp_network_get(const bp_network *network, int32_t key, double *value)
{
    if (network == NULL || value == NULL)
        return BP_EINVAL;
    if (network->built && key == BP_NETWORK_ISA) {
        *value = network->isa;
        return BP_OK;
    }
    return bp_settings_get(&settings, network->settings, key, value);
}

/* A layer has at most so many inputs and so many outputs then. */
enum { SMALL_WIDTH = 64 };

bool bp_network_is_small(const struct bp_network *network)
{
    size_t i;

    for (i = 0; i < network->count; i++) {
        const struct bp_node *node = &network->nodes[i];

        if (node->spec.kind != BP_LAYER_KIND_DENSE ||
            node->spec.activation == BP_ACTIVATION_CUSTOM || node->inputs > SMALL_WIDTH ||
            node->outputs > SMALL_WIDTH)
            return false;
    }
    return network->count > 0;
}

uint32_t bp_network_threads(const struct bp_network *network, size_t rows, bool training)
{
    const uint32_t asked = (uint32_t)network->settings[BP_NETWORK_THREADS - 1];
    const double each = training ? 6 : 2;

    if (asked > 0)
        return asked;
    return bp_pool_threads(each * (double)rows * (double)network->params_count);
}

int32_t bp_network_range(const struct bp_network *network)
{
    return network->count > 0 ? network->nodes[network->count - 1].range : BP_RANGE_REAL;
}

/* Room for one more node: the array grows by doubling. */
static bp_status grow(struct bp_network *network)
{
    const size_t capacity = network->capacity > 0 ? 2 * network->capacity : 4;
    struct bp_node *nodes;
    size_t size;

    if (network->count < network->capacity)
        return BP_OK;
    if (!bp_mul(capacity, sizeof *nodes, &size))
        return BP_ELIMIT;
    nodes = bp_host_allocate(&network->host, size);
    if (nodes == NULL)
        return BP_ENOMEM;
    if (network->count > 0)
        memcpy(nodes, network->nodes, network->count * sizeof *nodes);
    bp_host_release(&network->host, network->nodes, network->capacity * sizeof *nodes);
    network->nodes = nodes;
    network->capacity = capacity;
    return BP_OK;
}

bool bp_network_needs_rows(const struct bp_network *network)
{
    size_t i;

    for (i = 0; i < network->count; i++)
        if (network->nodes[i].spec.kind == BP_LAYER_KIND_BATCH_NORM)
            return true;
    return false;
}

/* A linear activation changes nothing, so its range is that of what comes in. */
static int32_t activation_range(const struct bp_layer_spec *spec, int32_t before)
{
    if (spec->activation == BP_ACTIVATION_CUSTOM)
        return spec->activation_ops.range;
    if (spec->activation == BP_ACTIVATION_LINEAR &&
        spec->kind == BP_LAYER_KIND_ACTIVATION)
        return before;
    return bp_activation_traits(spec->activation)->range;
}

static bool activation_needs_z(const struct bp_layer_spec *spec)
{
    return spec->activation == BP_ACTIVATION_CUSTOM ||
           bp_activation_traits(spec->activation)->needs_z;
}

/* Parameters of a layer with callbacks are counted here, and placed by the build. */
static bp_status plan_custom(struct bp_network *network, struct bp_node *node)
{
    const bp_layer_ops *ops = &node->spec.layer_ops;
    size_t parameters = 0;

    if (ops->plan(node->inputs, &node->outputs, &parameters, ops->user) != 0)
        return bp_fail(&network->text, BP_ESTOPPED, "plan of layer '%s' stopped",
                       node->spec.layer_name);
    if (node->outputs == 0)
        return bp_fail(&network->text, BP_EINVAL,
                       "plan of layer '%s' gave 0 outputs, expected at least 1",
                       node->spec.layer_name);
    node->range = ops->range;
    node->weight.rows = parameters > 0 ? 1 : 0;
    node->weight.cols = parameters;
    return BP_OK;
}

static void plan_dense(struct bp_node *node)
{
    node->weight.rows = node->outputs;
    node->weight.cols = node->inputs;
    node->bias.rows = bp_layer_setting(&node->spec, BP_LAYER_BIAS) != 0 ? 1 : 0;
    node->bias.cols = node->outputs;
}

/* Scale and shift in the places of weights and biases; running statistics. */
static void plan_norm(struct bp_node *node)
{
    const size_t affine = bp_layer_setting(&node->spec, BP_LAYER_AFFINE) != 0 ? 1 : 0;
    const size_t running = node->spec.kind == BP_LAYER_KIND_BATCH_NORM ? 1 : 0;

    node->weight = node->bias = (struct bp_place){.rows = affine, .cols = node->outputs};
    node->mean = node->variance =
        (struct bp_place){.rows = running, .cols = node->outputs};
}

static bp_status plan_node(struct bp_network *network, struct bp_node *node)
{
    const struct bp_layer_spec *spec = &node->spec;

    node->inputs = bp_network_width(network);
    if (spec->kind == BP_LAYER_KIND_CUSTOM)
        return plan_custom(network, node);
    node->outputs = spec->kind == BP_LAYER_KIND_DENSE ? spec->outputs : node->inputs;
    node->range = activation_range(spec, bp_network_range(network));
    node->needs_z = activation_needs_z(spec);
    if (spec->kind == BP_LAYER_KIND_DENSE)
        plan_dense(node);
    else if (bp_layer_normalises(spec->kind))
        plan_norm(node);
    return BP_OK;
}

/* Place one row, if the tensor is there. */
static void place_row(struct bp_place *place, struct bp_plan *plan)
{
    if (place->rows == 0)
        return;
    place->offset = bp_plan_matrix(plan, 1, place->cols);
    place->row_stride = bp_stride(place->cols);
    place->col_stride = 1;
}

/* Place the parameters in the arena, or find that no arena can hold them. Weights lie as
 * [from][to], so that products run along the units of the layer. */
static void place_node(struct bp_node *node, struct bp_plan *plan, struct bp_plan *state)
{
    node->input_stride = bp_stride(node->inputs);
    node->output_stride = bp_stride(node->outputs);
    if (node->spec.kind == BP_LAYER_KIND_DENSE) {
        node->weight.offset = bp_plan_matrix(plan, node->inputs, node->outputs);
        node->weight.row_stride = 1;
        node->weight.col_stride = node->output_stride;
    } else {
        place_row(&node->weight, plan);
    }
    place_row(&node->bias, plan);
    place_row(&node->mean, state);
    place_row(&node->variance, state);
}

/* @return false if no memory could hold it: then the counts are as they were. */
static bool place_all(struct bp_network *network)
{
    struct bp_plan plan = {.element_size = sizeof(double)};
    struct bp_plan state = plan;
    size_t i;

    for (i = 0; i < network->count; i++)
        place_node(&network->nodes[i], &plan, &state);
    if (plan.overflow || state.overflow)
        return false;
    network->params_count = plan.count;
    network->state_count = state.count;
    return true;
}

/* Append a node that is planned; taken back if no memory could hold the whole. */
static bp_status append(struct bp_network *network, const struct bp_node *node)
{
    bp_status status = grow(network);
    size_t padded;

    if (status != BP_OK)
        return bp_fail(&network->text, status, "out of memory for one more layer");
    network->nodes[network->count++] = *node;
    if (bp_align_up(node->outputs, BP_LANES, &padded) && place_all(network))
        return BP_OK;
    network->count--;
    return bp_fail(&network->text, BP_ELIMIT,
                   "a layer of %zu outputs after %zu has more parameters than memory "
                   "can hold",
                   node->outputs, node->inputs);
}

static bp_status add_spec(struct bp_network *network, const struct bp_layer_spec *spec)
{
    struct bp_node node;
    bp_status status;

    if (network->built)
        return bp_fail(&network->text, BP_ESTATE,
                       "the network is built, expected layers before");
    memset(&node, 0, sizeof node);
    node.spec = *spec;
    status = plan_node(network, &node);
    return status == BP_OK ? append(network, &node) : status;
}

bp_status bp_network_add(bp_network *network, const bp_layer *layer)
{
    if (network == NULL)
        return BP_EINVAL;
    if (layer == NULL)
        return bp_fail_null(&network->text, "layer");
    return add_spec(network, &layer->spec);
}

bp_status bp_network_add_dense(bp_network *network, size_t outputs, int32_t activation)
{
    struct bp_layer_spec spec;

    if (network == NULL)
        return BP_EINVAL;
    if (outputs == 0)
        return bp_fail(&network->text, BP_EINVAL, "outputs is 0, expected at least 1");
    if (bp_activation_traits(activation) == NULL)
        return bp_fail(&network->text, BP_EINVAL,
                       "activation is %d, expected a BP_ACTIVATION_ value",
                       (int)activation);
    bp_layer_spec_dense(&spec, outputs, activation);
    return add_spec(network, &spec);
}

size_t bp_network_inputs(const bp_network *network)
{
    return network != NULL ? network->inputs : 0;
}

size_t bp_network_outputs(const bp_network *network)
{
    return network != NULL ? bp_network_width(network) : 0;
}

size_t bp_network_layers(const bp_network *network)
{
    return network != NULL ? network->count : 0;
}

static size_t node_parameters(const struct bp_node *node)
{
    return node->weight.rows * node->weight.cols + node->bias.rows * node->bias.cols;
}

size_t bp_network_parameters(const bp_network *network)
{
    size_t sum = 0;
    size_t i;

    if (network == NULL)
        return 0;
    for (i = 0; i < network->count; i++)
        sum += node_parameters(&network->nodes[i]);
    return sum;
}

bp_status bp_network_layer_info(const bp_network *network, size_t layer,
                                bp_layer_info *info)
{
    const struct bp_node *node;

    if (network == NULL || info == NULL || info->struct_size != sizeof *info ||
        layer >= network->count)
        return BP_EINVAL;
    node = &network->nodes[layer];
    info->kind = node->spec.kind;
    info->activation = node->spec.activation;
    info->has_bias = node->bias.rows > 0;
    info->inputs = node->inputs;
    info->outputs = node->outputs;
    info->parameters = node_parameters(node);
    return BP_OK;
}
