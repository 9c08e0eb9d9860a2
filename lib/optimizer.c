/* SPDX-License-Identifier: MIT */
#include "optimizer.h"

#include "kernel/math.h"

#include <math.h>

/** What is known of a kind: its settings, how much state it keeps, its rule. */
struct kind {
    int32_t kind;
    struct bp_settings settings;
    size_t states;
    /** Fill in what is the kind's own; @p step counts from 1. */
    void (*rule)(const struct bp_optimizer_spec *spec, uint64_t step,
                 struct bp_rule *rule);
};

static const struct bp_setting sgd_table[] = {
    {BP_OPTIMIZER_RATE, "rate", 0, 1e6, 0.01, BP_SETTING_ABOVE},
    {BP_OPTIMIZER_MOMENTUM, "momentum", 0, 1, 0, BP_SETTING_BELOW},
    {BP_OPTIMIZER_NESTEROV, "nesterov", 0, 1, 0, BP_SETTING_WHOLE},
    {BP_OPTIMIZER_WEIGHT_DECAY, "weight decay", 0, 1000, 0, 0},
    {BP_OPTIMIZER_DAMPENING, "dampening", 0, 1, 0, 0},
};

static const struct bp_setting adam_table[] = {
    {BP_OPTIMIZER_RATE, "rate", 0, 1e6, 0.001, BP_SETTING_ABOVE},
    {BP_OPTIMIZER_BETA1, "beta1", 0, 1, 0.9, BP_SETTING_BELOW},
    {BP_OPTIMIZER_BETA2, "beta2", 0, 1, 0.999, BP_SETTING_BELOW},
    {BP_OPTIMIZER_EPSILON, "epsilon", 0, 1, 1e-8, BP_SETTING_ABOVE},
    {BP_OPTIMIZER_WEIGHT_DECAY, "weight decay", 0, 1000, 0, 0},
};

static double setting(const struct bp_optimizer_spec *spec, int32_t key);

static void sgd_rule(const struct bp_optimizer_spec *spec, uint64_t step,
                     struct bp_rule *rule)
{
    (void)step;
    rule->momentum = setting(spec, BP_OPTIMIZER_MOMENTUM);
    rule->dampening = setting(spec, BP_OPTIMIZER_DAMPENING);
    rule->nesterov = setting(spec, BP_OPTIMIZER_NESTEROV) != 0 && rule->dampening == 0;
}

static void adam_rule(const struct bp_optimizer_spec *spec, uint64_t step,
                      struct bp_rule *rule)
{
    rule->beta1 = setting(spec, BP_OPTIMIZER_BETA1);
    rule->beta2 = setting(spec, BP_OPTIMIZER_BETA2);
    rule->epsilon = setting(spec, BP_OPTIMIZER_EPSILON);
    rule->rate /= 1 - bp_pow_f64(rule->beta1, (double)step);
    rule->root = 1 / sqrt(1 - bp_pow_f64(rule->beta2, (double)step));
}

#define SETTINGS(table) {table, sizeof table / sizeof table[0]}

static const struct kind kinds[] = {
    {BP_OPTIMIZER_SGD, SETTINGS(sgd_table), 1, sgd_rule},
    {BP_OPTIMIZER_ADAM, SETTINGS(adam_table), 2, adam_rule},
};

static const struct kind *find(int32_t kind)
{
    size_t i;

    for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].kind == kind)
            return &kinds[i];
    return NULL;
}

static double setting(const struct bp_optimizer_spec *spec, int32_t key)
{
    double value = 0;

    (void)bp_settings_get(&find(spec->kind)->settings, spec->settings, key, &value);
    return value;
}

bp_status bp_optimizer_create(int32_t kind, const bp_env *env, bp_optimizer **optimizer)
{
    const struct kind *found = find(kind);
    void *object = NULL;
    bp_optimizer *made;
    bp_status status;

    if (found == NULL || optimizer == NULL)
        return BP_EINVAL;
    status = bp_object_create(env, sizeof *made, &object);
    if (status != BP_OK)
        return status;
    made = object;
    made->spec.kind = kind;
    bp_settings_reset(&found->settings, made->spec.settings);
    *optimizer = made;
    return BP_OK;
}

void bp_optimizer_destroy(bp_optimizer *optimizer)
{
    if (optimizer != NULL)
        bp_object_release(optimizer, sizeof *optimizer);
}

const char *bp_optimizer_error(const bp_optimizer *optimizer)
{
    return optimizer != NULL ? optimizer->text.line : "";
}

bp_status bp_optimizer_set(bp_optimizer *optimizer, int32_t key, double value)
{
    if (optimizer == NULL)
        return BP_EINVAL;
    return bp_settings_set(&find(optimizer->spec.kind)->settings,
                           optimizer->spec.settings, key, value, &optimizer->text);
}

bp_status bp_optimizer_get(const bp_optimizer *optimizer, int32_t key, double *value)
{
    if (optimizer == NULL || value == NULL)
        return BP_EINVAL;
    return bp_settings_get(&find(optimizer->spec.kind)->settings,
                           optimizer->spec.settings, key, value);
}

size_t bp_optimizer_states(const struct bp_optimizer_spec *spec)
{
    return find(spec->kind)->states;
}

struct bp_rule bp_optimizer_rule(const struct bp_optimizer_spec *spec,
                                 const struct bp_optimizer_state *state)
{
    struct bp_rule rule = {
        .kind = spec->kind,
        .first = !state->started,
        .rate = setting(spec, BP_OPTIMIZER_RATE),
        .decay = setting(spec, BP_OPTIMIZER_WEIGHT_DECAY),
    };

    find(spec->kind)->rule(spec, state->updates + 1, &rule);
    return rule;
}

void bp_optimizer_advance(const struct bp_optimizer_spec *spec,
                          struct bp_optimizer_state *state)
{
    state->updates++;
    state->started = state->started || setting(spec, BP_OPTIMIZER_MOMENTUM) > 0;
}
