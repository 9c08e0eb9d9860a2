/* SPDX-License-Identifier: MIT */
#include "optimizer.h"

#include "kernel/math.h"

#include <math.h>

/** What is known of a kind: its settings, how much state it keeps, its rule. A step reads
 *  no settings but those that its rule has not: to look for one takes longer than the
 *  arithmetic of a small network's layer. */
struct kind {
    int32_t kind;
    struct bp_settings settings;
    size_t states;
    int32_t names[BP_RULE_STATES]; /**< `BP_STATE_` values of these. */
    /** Fill in what is the kind's own, */
    void (*rule)(const struct bp_optimizer_spec *spec, struct bp_rule *rule);
    /** and NULL, or what changes from step to step; @p step counts from 1. */
    void (*step)(const struct bp_optimizer_spec *spec, uint64_t step,
                 struct bp_rule *rule);
};

#define RATE(initial)                                                \
    {                                                                \
        BP_OPTIMIZER_RATE, "rate", 0, 1e6, initial, BP_SETTING_ABOVE \
    }
#define BELOW_ONE(key, name, initial)              \
    {                                              \
        key, name, 0, 1, initial, BP_SETTING_BELOW \
    }
#define EPSILON(initial)                                                 \
    {                                                                    \
        BP_OPTIMIZER_EPSILON, "epsilon", 0, 1, initial, BP_SETTING_ABOVE \
    }
#define WEIGHT_DECAY                                             \
    {                                                            \
        BP_OPTIMIZER_WEIGHT_DECAY, "weight decay", 0, 1000, 0, 0 \
    }
#define DECOUPLED_DECAY(initial)                                             \
    {                                                                        \
        BP_OPTIMIZER_DECOUPLED_DECAY, "decoupled decay", 0, 1000, initial, 0 \
    }
#define L1                                   \
    {                                        \
        BP_OPTIMIZER_L1, "l1", 0, 1000, 0, 0 \
    }
#define SWITCH(key, name)                    \
    {                                        \
        key, name, 0, 1, 0, BP_SETTING_WHOLE \
    }

static const struct bp_setting sgd_table[] = {
    RATE(0.01),
    BELOW_ONE(BP_OPTIMIZER_MOMENTUM, "momentum", 0),
    SWITCH(BP_OPTIMIZER_NESTEROV, "nesterov"),
    {BP_OPTIMIZER_DAMPENING, "dampening", 0, 1, 0, 0},
    WEIGHT_DECAY,
    DECOUPLED_DECAY(0),
    L1,
};

static const struct bp_setting adam_table[] = {
    RATE(0.001),
    BELOW_ONE(BP_OPTIMIZER_BETA1, "beta1", 0.9),
    BELOW_ONE(BP_OPTIMIZER_BETA2, "beta2", 0.999),
    EPSILON(1e-8),
    WEIGHT_DECAY,
    DECOUPLED_DECAY(0),
    L1,
};

static const struct bp_setting adamw_table[] = {
    RATE(0.001),
    BELOW_ONE(BP_OPTIMIZER_BETA1, "beta1", 0.9),
    BELOW_ONE(BP_OPTIMIZER_BETA2, "beta2", 0.999),
    EPSILON(1e-8),
    DECOUPLED_DECAY(0.01),
    L1,
};

static const struct bp_setting adagrad_table[] = {
    RATE(0.01),
    EPSILON(1e-10),
    {BP_OPTIMIZER_RATE_DECAY, "rate decay", 0, 1000, 0, 0},
    {BP_OPTIMIZER_INITIAL, "initial", 0, 1e6, 0, 0},
    WEIGHT_DECAY,
    DECOUPLED_DECAY(0),
    L1,
};

static const struct bp_setting rmsprop_table[] = {
    RATE(0.01),
    BELOW_ONE(BP_OPTIMIZER_ALPHA, "alpha", 0.99),
    EPSILON(1e-8),
    BELOW_ONE(BP_OPTIMIZER_MOMENTUM, "momentum", 0),
    SWITCH(BP_OPTIMIZER_CENTRED, "centred"),
    WEIGHT_DECAY,
    DECOUPLED_DECAY(0),
    L1,
};

static const struct bp_setting rprop_table[] = {
    RATE(0.01),
    {BP_OPTIMIZER_DOWN, "down", 0, 1, 0.5, BP_SETTING_ABOVE | BP_SETTING_BELOW},
    {BP_OPTIMIZER_UP, "up", 1, 100, 1.2, BP_SETTING_ABOVE},
    {BP_OPTIMIZER_LEAST, "least", 0, 1, 1e-6, BP_SETTING_ABOVE},
    {BP_OPTIMIZER_MOST, "most", 1, 1e6, 50, 0},
};

static const struct bp_setting lbfgs_table[] = {
    RATE(1),
    {BP_OPTIMIZER_HISTORY, "history", 1, BP_LBFGS_MOST, 100, BP_SETTING_WHOLE},
    {BP_OPTIMIZER_ITERATIONS, "iterations", 1, BP_LBFGS_MOST, 20, BP_SETTING_WHOLE},
    {BP_OPTIMIZER_EVALUATIONS, "evaluations", 1, 1e6, 25, BP_SETTING_WHOLE},
    {BP_OPTIMIZER_TOLERANCE_GRADIENT, "tolerance of the gradient", 0, 1, 1e-7, 0},
    {BP_OPTIMIZER_TOLERANCE_CHANGE, "tolerance of the change", 0, 1, 1e-9, 0},
};

static double setting(const struct bp_optimizer_spec *spec, int32_t key);

/* What a kind reads of its settings; and what the step changes, which counts from 1. */

static void sgd_rule(const struct bp_optimizer_spec *spec, struct bp_rule *rule)
{
    rule->momentum = setting(spec, BP_OPTIMIZER_MOMENTUM);
    rule->dampening = setting(spec, BP_OPTIMIZER_DAMPENING);
    rule->nesterov = setting(spec, BP_OPTIMIZER_NESTEROV) != 0 && rule->dampening == 0;
}

static void adam_rule(const struct bp_optimizer_spec *spec, struct bp_rule *rule)
{
    rule->beta1 = setting(spec, BP_OPTIMIZER_BETA1);
    rule->beta2 = setting(spec, BP_OPTIMIZER_BETA2);
    rule->epsilon = setting(spec, BP_OPTIMIZER_EPSILON);
}

static void adam_step(const struct bp_optimizer_spec *spec, uint64_t step,
                      struct bp_rule *rule)
{
    (void)spec;
    rule->rate /= 1 - bp_pow_f64(rule->beta1, (double)step);
    rule->root = 1 / sqrt(1 - bp_pow_f64(rule->beta2, (double)step));
}

static void adagrad_rule(const struct bp_optimizer_spec *spec, struct bp_rule *rule)
{
    rule->epsilon = setting(spec, BP_OPTIMIZER_EPSILON);
    rule->initial = setting(spec, BP_OPTIMIZER_INITIAL);
}

static void adagrad_step(const struct bp_optimizer_spec *spec, uint64_t step,
                         struct bp_rule *rule)
{
    rule->rate /= 1 + (double)(step - 1) * setting(spec, BP_OPTIMIZER_RATE_DECAY);
}

static void rmsprop_rule(const struct bp_optimizer_spec *spec, struct bp_rule *rule)
{
    rule->alpha = setting(spec, BP_OPTIMIZER_ALPHA);
    rule->epsilon = setting(spec, BP_OPTIMIZER_EPSILON);
    rule->momentum = setting(spec, BP_OPTIMIZER_MOMENTUM);
    rule->centred = setting(spec, BP_OPTIMIZER_CENTRED) != 0;
}

static void rprop_rule(const struct bp_optimizer_spec *spec, struct bp_rule *rule)
{
    rule->down = setting(spec, BP_OPTIMIZER_DOWN);
    rule->up = setting(spec, BP_OPTIMIZER_UP);
    rule->least = setting(spec, BP_OPTIMIZER_LEAST);
    rule->most = setting(spec, BP_OPTIMIZER_MOST);
}

/* L-BFGS moves along lines: lbfgs.h has its steps. */
static void no_rule(const struct bp_optimizer_spec *spec, struct bp_rule *rule)
{
    (void)spec;
    (void)rule;
}

#define SETTINGS(table)                       \
    {                                         \
        table, sizeof table / sizeof table[0] \
    }

static const struct kind kinds[] = {
    {BP_OPTIMIZER_SGD, SETTINGS(sgd_table), 1, {BP_STATE_MOMENTUM}, sgd_rule, NULL},
    {BP_OPTIMIZER_ADAM,
     SETTINGS(adam_table),
     2,
     {BP_STATE_MOMENTUM, BP_STATE_SQUARES},
     adam_rule,
     adam_step},
    {BP_OPTIMIZER_ADAGRAD,
     SETTINGS(adagrad_table),
     1,
     {BP_STATE_SQUARES},
     adagrad_rule,
     adagrad_step},
    {BP_OPTIMIZER_RMSPROP,
     SETTINGS(rmsprop_table),
     3,
     {BP_STATE_SQUARES, BP_STATE_MEAN, BP_STATE_MOMENTUM},
     rmsprop_rule,
     NULL},
    {BP_OPTIMIZER_AMSGRAD,
     SETTINGS(adam_table),
     3,
     {BP_STATE_MOMENTUM, BP_STATE_SQUARES, BP_STATE_LARGEST},
     adam_rule,
     adam_step},
    {BP_OPTIMIZER_ADAMW,
     SETTINGS(adamw_table),
     2,
     {BP_STATE_MOMENTUM, BP_STATE_SQUARES},
     adam_rule,
     adam_step},
    {BP_OPTIMIZER_RPROP,
     SETTINGS(rprop_table),
     2,
     {BP_STATE_GRADIENT, BP_STATE_STEP},
     rprop_rule,
     NULL},
    {BP_OPTIMIZER_LBFGS, SETTINGS(lbfgs_table), 0, {0}, no_rule, NULL},
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

static void take_settings(struct bp_optimizer_spec *spec)
{
    struct bp_rule rule = {
        .kind = spec->kind,
        .rate = setting(spec, BP_OPTIMIZER_RATE),
        .shrink = setting(spec, BP_OPTIMIZER_DECOUPLED_DECAY),
        .decay = setting(spec, BP_OPTIMIZER_WEIGHT_DECAY),
        .l1 = setting(spec, BP_OPTIMIZER_L1),
    };

    find(spec->kind)->rule(spec, &rule);
    spec->rule = rule;
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
    take_settings(&made->spec);
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
    bp_status status;

    if (optimizer == NULL)
        return BP_EINVAL;
    status = bp_settings_set(&find(optimizer->spec.kind)->settings,
                             optimizer->spec.settings, key, value, &optimizer->text);
    if (status == BP_OK)
        take_settings(&optimizer->spec);
    return status;
}

bp_status bp_optimizer_get(const bp_optimizer *optimizer, int32_t key, double *value)
{
    if (optimizer == NULL || value == NULL)
        return BP_EINVAL;
    return bp_settings_get(&find(optimizer->spec.kind)->settings,
                           optimizer->spec.settings, key, value);
}

size_t bp_optimizer_slots(const struct bp_optimizer_spec *spec)
{
    return (size_t)(setting(spec, BP_OPTIMIZER_HISTORY) +
                    setting(spec, BP_OPTIMIZER_ITERATIONS));
}

size_t bp_optimizer_states(const struct bp_optimizer_spec *spec)
{
    if (spec->kind == BP_OPTIMIZER_LBFGS)
        return bp_lbfgs_spans(bp_optimizer_slots(spec));
    return find(spec->kind)->states;
}

size_t bp_optimizer_state_index(const struct bp_optimizer_spec *spec, int32_t state)
{
    const struct kind *kind = find(spec->kind);
    size_t i;

    for (i = 0; i < kind->states; i++)
        if (kind->names[i] == state)
            return i;
    return SIZE_MAX;
}

struct bp_lbfgs_options bp_optimizer_lbfgs(const struct bp_optimizer_spec *spec,
                                           double rate)
{
    return (struct bp_lbfgs_options){
        .rate = rate,
        .history = (size_t)setting(spec, BP_OPTIMIZER_HISTORY),
        .iterations = (size_t)setting(spec, BP_OPTIMIZER_ITERATIONS),
        .evaluations = (uint64_t)setting(spec, BP_OPTIMIZER_EVALUATIONS),
        .tolerance_gradient = setting(spec, BP_OPTIMIZER_TOLERANCE_GRADIENT),
        .tolerance_change = setting(spec, BP_OPTIMIZER_TOLERANCE_CHANGE),
    };
}

struct bp_rule bp_optimizer_rule(const struct bp_optimizer_spec *spec, double rate,
                                 const struct bp_optimizer_state *state)
{
    const struct kind *const kind = find(spec->kind);
    struct bp_rule rule = spec->rule;

    rule.first = !state->started;
    rule.rate = rate;
    rule.shrink = rate * rule.shrink;
    if (kind->step != NULL)
        kind->step(spec, state->updates + 1, &rule);
    return rule;
}

bool bp_optimizer_counts(const struct bp_optimizer_spec *spec)
{
    switch (spec->kind) {
    case BP_OPTIMIZER_SGD: return setting(spec, BP_OPTIMIZER_DAMPENING) > 0;
    case BP_OPTIMIZER_ADAGRAD: return setting(spec, BP_OPTIMIZER_RATE_DECAY) > 0;
    case BP_OPTIMIZER_RMSPROP:
    case BP_OPTIMIZER_RPROP:
    case BP_OPTIMIZER_LBFGS: return false;
    default: return true;
    }
}

void bp_optimizer_advance(const struct bp_optimizer_spec *spec,
                          struct bp_optimizer_state *state)
{
    state->updates++;
    state->started = state->started || spec->rule.momentum > 0;
}
