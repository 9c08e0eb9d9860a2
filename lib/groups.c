/* SPDX-License-Identifier: MIT */
/*
 * Layers that are trained otherwise than the rest: at another rate, with another decay,
 * within a norm, or not at all. Parameters lie layer by layer in the arena, weights
 * before biases; where all are treated alike it is one range.
 */
#include "trainer.h"

static const struct bp_setting table[BP_LAYER_GROUP_SETTINGS] = {
    {BP_TRAINER_LAYER_RATE, "rate", 0, 1e6, 1, 0},
    {BP_TRAINER_LAYER_DECAY, "decay", 0, 1e6, 1, 0},
    {BP_TRAINER_LAYER_FROZEN, "frozen", 0, 1, 0, BP_SETTING_WHOLE},
    {BP_TRAINER_LAYER_MAX_NORM, "max norm", 0, 1e6, 0, 0},
    {BP_TRAINER_LAYER_MISSED, "updates missed", 0, 0x1p53, 0, BP_SETTING_WHOLE},
};

static const struct bp_settings settings = {table, BP_LAYER_GROUP_SETTINGS};

static double *values_of(const struct bp_trainer *trainer, size_t layer)
{
    return trainer->layers + layer * BP_LAYER_GROUP_SETTINGS;
}

static double value_of(const struct bp_trainer *trainer, size_t layer, int32_t key)
{
    return values_of(trainer, layer)[key - 1];
}

static bool is_frozen(const struct bp_trainer *trainer, size_t layer)
{
    return value_of(trainer, layer, BP_TRAINER_LAYER_FROZEN) != 0;
}

/* ---- settings ---- */

bp_status bp_groups_create(struct bp_trainer *trainer)
{
    const struct bp_network *network = trainer->network;
    size_t i;

    trainer->layers =
        bp_host_allocate(&network->host, network->count * BP_LAYER_GROUP_SIZE);
    if (trainer->layers == NULL)
        return BP_ENOMEM;
    for (i = 0; i < network->count; i++)
        bp_settings_reset(&settings, values_of(trainer, i));
    return BP_OK;
}

void bp_groups_release(struct bp_trainer *trainer)
{
    bp_host_release(&trainer->network->host, trainer->layers,
                    trainer->network->count * BP_LAYER_GROUP_SIZE);
}

static bp_status check(struct bp_trainer *trainer, size_t layer, int32_t key,
                       double value)
{
    const size_t count = trainer->network->count;
    bp_status status = bp_trainer_check_idle(trainer);

    if (status != BP_OK)
        return status;
    if (layer >= count)
        return bp_fail(&trainer->text, BP_EINVAL, "layer is %zu, expected below %zu",
                       layer, count);
    status = bp_settings_check(&settings, key, value, &trainer->text);
    if (status == BP_OK && key != BP_TRAINER_LAYER_FROZEN &&
        value != table[key - 1].initial)
        status = bp_trainer_check_rule(trainer, bp_settings_name(&settings, key));
    return status;
}

bp_status bp_trainer_set_layer(bp_trainer *trainer, size_t layer, int32_t key,
                               double value)
{
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    status = check(trainer, layer, key, value);
    if (status != BP_OK)
        return status;
    return bp_settings_set(&settings, values_of(trainer, layer), key, value,
                           &trainer->text);
}

bp_status bp_trainer_get_layer(const bp_trainer *trainer, size_t layer, int32_t key,
                               double *value)
{
    if (trainer == NULL || value == NULL || layer >= trainer->network->count)
        return BP_EINVAL;
    return bp_settings_get(&settings, values_of(trainer, layer), key, value);
}

/* ---- ranges ---- */

/** Parameters of one tensor, with its padding. */
struct range {
    size_t layer;
    int32_t which;
    size_t offset, count;
};

/* Tensors in the order in which they lie: weights of layer 0, its biases, and so on. */
static const struct bp_place *place_of(const struct bp_network *network, size_t tensor)
{
    return bp_network_place(network, tensor / 2,
                            tensor % 2 == 0 ? BP_PARAMETER_WEIGHT : BP_PARAMETER_BIAS);
}

/* The first from @p tensor on that there is, or their number. */
static size_t existing(const struct bp_network *network, size_t tensor)
{
    while (tensor < 2 * network->count && place_of(network, tensor) == NULL)
        tensor++;
    return tensor;
}

static size_t begin_of(const struct bp_network *network, size_t tensor)
{
    return tensor < 2 * network->count ? place_of(network, tensor)->offset
                                       : network->params_count;
}

/* The range of the first tensor from *tensor on, which becomes the one behind it. */
static bool next_range(const struct bp_network *network, size_t *tensor,
                       struct range *range)
{
    const size_t at = existing(network, *tensor);
    const size_t next = existing(network, at + 1);

    if (at >= 2 * network->count)
        return false;
    range->layer = at / 2;
    range->which = at % 2 == 0 ? BP_PARAMETER_WEIGHT : BP_PARAMETER_BIAS;
    range->offset = begin_of(network, at);
    range->count = begin_of(network, next) - range->offset;
    *tensor = next;
    return true;
}

/* Whether a layer has a t of its own, and the rule depends on t. */
static bool is_late(const struct bp_trainer *trainer, size_t layer)
{
    return value_of(trainer, layer, BP_TRAINER_LAYER_MISSED) > 0 &&
           bp_optimizer_counts(&trainer->optimizer.spec);
}

bool bp_groups_are_one(const struct bp_trainer *trainer)
{
    size_t i;

    if (trainer->settings[BP_TRAINER_BIAS_DECAY - 1] == 0)
        return false;
    for (i = 0; i < trainer->network->count; i++)
        if (value_of(trainer, i, BP_TRAINER_LAYER_RATE) != 1 ||
            value_of(trainer, i, BP_TRAINER_LAYER_DECAY) != 1 ||
            value_of(trainer, i, BP_TRAINER_LAYER_MAX_NORM) != 0 ||
            is_frozen(trainer, i) || is_late(trainer, i))
            return false;
    return true;
}

/* The rule of a layer that has seen only some of the updates. */
static struct bp_rule late_rule(const struct bp_trainer *trainer, size_t layer)
{
    const double missed = value_of(trainer, layer, BP_TRAINER_LAYER_MISSED);
    struct bp_optimizer_state seen = trainer->optimizer_state;

    seen.updates -= missed < (double)seen.updates ? (uint64_t)missed : seen.updates;
    seen.started = seen.started && seen.updates > 0;
    return bp_optimizer_rule(&trainer->optimizer.spec, trainer->rate, &seen);
}

/* The rule of all, as it is for a range. */
static struct bp_rule rule_of(const struct bp_trainer *trainer,
                              const struct bp_rule *rule, const struct range *range)
{
    const double rate = value_of(trainer, range->layer, BP_TRAINER_LAYER_RATE);
    const bool exempt = range->which == BP_PARAMETER_BIAS &&
                        trainer->settings[BP_TRAINER_BIAS_DECAY - 1] == 0;
    const double decay =
        exempt ? 0 : value_of(trainer, range->layer, BP_TRAINER_LAYER_DECAY);
    struct bp_rule own =
        is_late(trainer, range->layer) ? late_rule(trainer, range->layer) : *rule;

    own.rate *= rate;
    own.shrink *= rate * decay;
    own.decay *= decay;
    own.l1 *= decay;
    return own;
}

void bp_groups_update(const struct bp_trainer *trainer, const struct bp_update *update)
{
    const struct bp_network *network = trainer->network;
    const void *const grads = trainer->model.grads.base;
    struct range range;
    size_t tensor = 0;

    if (bp_groups_are_one(trainer)) {
        network->engine->update(update, grads, 0, update->count);
        return;
    }
    while (next_range(network, &tensor, &range)) {
        const struct bp_rule rule = rule_of(trainer, update->rule, &range);
        struct bp_update own = *update;

        own.rule = &rule;
        if (!is_frozen(trainer, range.layer))
            network->engine->update(&own, grads, range.offset, range.count);
    }
}

void bp_groups_count(const struct bp_trainer *trainer)
{
    size_t i;

    for (i = 0; i < trainer->network->count; i++)
        if (is_frozen(trainer, i))
            values_of(trainer, i)[BP_TRAINER_LAYER_MISSED - 1]++;
}

void bp_groups_forget(const struct bp_trainer *trainer)
{
    size_t i;

    for (i = 0; i < trainer->network->count; i++)
        values_of(trainer, i)[BP_TRAINER_LAYER_MISSED - 1] = 0;
}

static void *gradient_at(const struct bp_trainer *trainer, const struct range *range)
{
    return bp_at(trainer->model.grads.base, trainer->network->engine->element_size,
                 range->offset);
}

double bp_trainer_square_norm(const struct bp_trainer *trainer)
{
    const struct bp_network *network = trainer->network;
    struct bp_spans spans = {network->kernels, trainer->model.pass.pool,
                             network->params_count};
    struct range range;
    double total = 0;
    size_t tensor = 0;

    while (next_range(network, &tensor, &range)) {
        const void *const gradient = gradient_at(trainer, &range);

        spans.count = range.count;
        if (!is_frozen(trainer, range.layer))
            total += network->engine->sum(&spans, gradient, gradient);
    }
    return total;
}

void bp_trainer_clear_frozen(const struct bp_trainer *trainer)
{
    const struct bp_network *network = trainer->network;
    struct range range;
    size_t tensor = 0;

    while (next_range(network, &tensor, &range))
        if (is_frozen(trainer, range.layer))
            network->engine->clear(gradient_at(trainer, &range), range.count);
}

void bp_trainer_limit_norms(const struct bp_trainer *trainer)
{
    const struct bp_network *network = trainer->network;
    const struct bp_spans spans = {network->kernels, trainer->model.pass.pool,
                                   network->params_count};
    size_t i;

    for (i = 0; i < network->count; i++) {
        const double limit = value_of(trainer, i, BP_TRAINER_LAYER_MAX_NORM);

        if (limit > 0 && network->nodes[i].spec.kind == BP_LAYER_KIND_DENSE &&
            !is_frozen(trainer, i))
            network->engine->limit_norms(&spans, network->params.base,
                                         &network->nodes[i].weight, limit);
    }
}
