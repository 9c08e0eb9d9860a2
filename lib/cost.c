/* SPDX-License-Identifier: MIT */
#include "cost.h"

#include <float.h>

#include <string.h>

/** Which targets make sense. */
enum target_limit { ANY, PROBABILITY, PLUS_MINUS_ONE, NOT_NEGATIVE };

struct traits {
    const char *name;
    int32_t domain;
    enum target_limit targets;
    bool per_element;
    const char *scale; /**< Name of the setting, if it has one. */
};

static const struct traits table[] = {
    [BP_COST_QUADRATIC] = {"quadratic", BP_DOMAIN_REAL, ANY, false, NULL},
    [BP_COST_CROSS_ENTROPY] = {"cross_entropy", BP_DOMAIN_PROBABILITY, PROBABILITY, false,
                               NULL},
    [BP_COST_MSE] = {"mse", BP_DOMAIN_REAL, ANY, true, NULL},
    [BP_COST_MAE] = {"mae", BP_DOMAIN_REAL, ANY, true, NULL},
    [BP_COST_HUBER] = {"huber", BP_DOMAIN_REAL, ANY, true, "delta"},
    [BP_COST_SMOOTH_L1] = {"smooth_l1", BP_DOMAIN_REAL, ANY, true, "beta"},
    [BP_COST_SOFTMAX_CROSS_ENTROPY] = {"softmax_cross_entropy", BP_DOMAIN_LOGITS,
                                       PROBABILITY, false, NULL},
    [BP_COST_BINARY_CROSS_ENTROPY] = {"binary_cross_entropy", BP_DOMAIN_PROBABILITY,
                                      PROBABILITY, true, NULL},
    [BP_COST_BINARY_CROSS_ENTROPY_LOGITS] = {"binary_cross_entropy_logits",
                                             BP_DOMAIN_LOGITS, PROBABILITY, true, NULL},
    [BP_COST_HINGE] = {"hinge", BP_DOMAIN_REAL, PLUS_MINUS_ONE, true, NULL},
    [BP_COST_KL_DIVERGENCE] = {"kl_divergence", BP_DOMAIN_LOG_PROBABILITY, NOT_NEGATIVE,
                               false, NULL},
    [BP_COST_POISSON] = {"poisson", BP_DOMAIN_REAL, NOT_NEGATIVE, true, NULL},
};

enum { COUNT = sizeof table / sizeof table[0] };

static bool known(int32_t kind)
{
    return kind > 0 && kind < COUNT;
}

const char *bp_cost_name(int32_t cost)
{
    return known(cost) ? table[cost].name : NULL;
}

bp_status bp_cost_find(const char *name, int32_t *cost)
{
    int32_t i;

    if (name == NULL || cost == NULL)
        return BP_EINVAL;
    for (i = 1; i < COUNT; i++) {
        if (strcmp(table[i].name, name) == 0) {
            *cost = i;
            return BP_OK;
        }
    }
    return BP_EINVAL;
}

static const struct bp_setting settings_table[BP_COST_SETTINGS] = {
    {BP_COST_SCALE, "scale", 0, 1e6, 1, BP_SETTING_ABOVE},
    {BP_COST_SMOOTHING, "smoothing", 0, 1, 0, BP_SETTING_BELOW},
};

/** The part of the table that a cost has, and its values. */
struct own_settings {
    struct bp_settings settings;
    size_t first;
};

static struct own_settings settings_of(const struct bp_cost_spec *spec)
{
    const bool scale = known(spec->kind) && table[spec->kind].scale != NULL;
    const size_t first =
        spec->kind == BP_COST_SOFTMAX_CROSS_ENTROPY ? BP_COST_SMOOTHING - 1 : 0;
    const size_t count = scale || first > 0 ? 1 : 0;

    return (struct own_settings){{settings_table + first, count}, first};
}

static bp_status create(const bp_env *env, const struct bp_cost_spec *spec,
                        bp_cost **cost)
{
    void *object = NULL;
    const bp_status status = bp_object_create(env, sizeof **cost, &object);
    bp_cost *made = object;

    if (status != BP_OK)
        return status;
    made->spec = *spec;
    bp_settings_reset(&(struct bp_settings){settings_table, BP_COST_SETTINGS},
                      made->spec.settings);
    *cost = made;
    return BP_OK;
}

bp_status bp_cost_create(int32_t kind, const bp_env *env, bp_cost **cost)
{
    struct bp_cost_spec spec = {.kind = kind};

    if (!known(kind) || cost == NULL)
        return BP_EINVAL;
    return create(env, &spec, cost);
}

static bool ops_ok(const bp_cost_ops *ops)
{
    return ops != NULL && ops->struct_size == sizeof *ops &&
           ops->domain >= BP_DOMAIN_REAL && ops->domain <= BP_DOMAIN_LOG_PROBABILITY &&
           ops->value != NULL;
}

bp_status bp_cost_create_custom(const bp_cost_ops *ops, const bp_env *env, bp_cost **cost)
{
    struct bp_cost_spec spec = {.kind = BP_COST_CUSTOM};

    if (cost == NULL || !ops_ok(ops) || !bp_name_copy(spec.name, ops->name))
        return BP_EINVAL;
    spec.ops = *ops;
    return create(env, &spec, cost);
}

void bp_cost_destroy(bp_cost *cost)
{
    if (cost != NULL)
        bp_object_release(cost, sizeof *cost);
}

const char *bp_cost_error(const bp_cost *cost)
{
    return cost != NULL ? cost->text.line : "";
}

bp_status bp_cost_set(bp_cost *cost, int32_t key, double value)
{
    struct own_settings own;

    if (cost == NULL)
        return BP_EINVAL;
    own = settings_of(&cost->spec);
    return bp_settings_set(&own.settings, cost->spec.settings + own.first, key, value,
                           &cost->text);
}

bp_status bp_cost_get(const bp_cost *cost, int32_t key, double *value)
{
    struct own_settings own;

    if (cost == NULL || value == NULL)
        return BP_EINVAL;
    own = settings_of(&cost->spec);
    return bp_settings_get(&own.settings, cost->spec.settings + own.first, key, value);
}

/*
 * Pairs that are one formula: softmax (or its logarithm, which softmax leaves as it is)
 * under softmax cross-entropy, sigmoid under a cross-entropy of probabilities.
 */
static bool is_fused(int32_t activation, int32_t kind)
{
    switch (kind) {
    case BP_COST_SOFTMAX_CROSS_ENTROPY:
        return activation == BP_ACTIVATION_SOFTMAX ||
               activation == BP_ACTIVATION_LOG_SOFTMAX;
    case BP_COST_CROSS_ENTROPY:
    case BP_COST_BINARY_CROSS_ENTROPY: return activation == BP_ACTIVATION_SIGMOID;
    default: return false;
    }
}

static bool in_domain(int32_t range, int32_t domain)
{
    switch (domain) {
    case BP_DOMAIN_LOGITS: return range == BP_RANGE_REAL;
    case BP_DOMAIN_PROBABILITY:
        return range == BP_RANGE_UNIT || range == BP_RANGE_PROBABILITY;
    case BP_DOMAIN_LOG_PROBABILITY: return range == BP_RANGE_LOG_PROBABILITY;
    default: return true;
    }
}

static const char *const range_texts[] = {"real numbers", "numbers from 0 to 1",
                                          "probabilities", "log-probabilities"};
static const char *const domain_texts[] = {"any outputs", "logits, as of a linear layer",
                                           "probabilities, as of sigmoid or softmax",
                                           "log-probabilities, as of log_softmax"};

bp_status bp_cost_fit(const struct bp_cost_spec *spec, const struct bp_network *network,
                      bool *fused, struct bp_text *text)
{
    const bool custom = spec->kind == BP_COST_CUSTOM;
    const int32_t domain = custom ? spec->ops.domain : table[spec->kind].domain;
    const int32_t range = bp_network_range(network);
    const int32_t activation = network->nodes[network->count - 1].spec.activation;

    *fused = !custom && is_fused(activation, spec->kind);
    if (*fused || in_domain(range, domain))
        return BP_OK;
    return bp_fail(text, BP_EDOMAIN, "the last layer puts out %s, cost %s expects %s",
                   range_texts[range], custom ? spec->name : table[spec->kind].name,
                   domain_texts[domain]);
}

bool bp_cost_takes_labels(const struct bp_cost_spec *spec)
{
    return spec->kind == BP_COST_CUSTOM ? spec->ops.takes_labels != 0
                                        : spec->kind == BP_COST_SOFTMAX_CROSS_ENTROPY;
}

static enum target_limit limit_of(const struct bp_cost_spec *spec)
{
    return spec->kind == BP_COST_CUSTOM ? ANY : table[spec->kind].targets;
}

bool bp_cost_target_ok(const struct bp_cost_spec *spec, double target)
{
    switch (limit_of(spec)) {
    case PROBABILITY: return target >= 0 && target <= 1;
    case PLUS_MINUS_ONE: return target == 1 || target == -1;
    case NOT_NEGATIVE: return target >= 0 && target - target == 0;
    default: return target - target == 0;
    }
}

/* Loops without a call or a branch for each number. NaN is within no bounds. */
static bool all_within(const float *x, size_t count, float low, float high)
{
    bool good = true;
    size_t i;

    for (i = 0; i < count; i++)
        good &= x[i] >= low && x[i] <= high;
    return good;
}

bool bp_cost_targets_ok(const struct bp_cost_spec *spec, const float *targets,
                        size_t count)
{
    size_t i = 0;

    switch (limit_of(spec)) {
    case PROBABILITY: return all_within(targets, count, 0, 1);
    case NOT_NEGATIVE: return all_within(targets, count, 0, FLT_MAX);
    case PLUS_MINUS_ONE:
        while (i < count && (targets[i] == 1 || targets[i] == -1))
            i++;
        return i == count;
    default: return all_within(targets, count, -FLT_MAX, FLT_MAX);
    }
}

const char *bp_cost_target_text(const struct bp_cost_spec *spec)
{
    static const char *const texts[] = {
        [ANY] = "a finite number",
        [PROBABILITY] = "0 to 1",
        [PLUS_MINUS_ONE] = "1 or -1",
        [NOT_NEGATIVE] = "0 or more",
    };

    return texts[limit_of(spec)];
}

double bp_cost_divisor(const struct bp_cost_spec *spec, double weight, size_t cols)
{
    const bool per_element =
        spec->kind != BP_COST_CUSTOM && table[spec->kind].per_element;

    return per_element ? weight * (double)cols : weight;
}
