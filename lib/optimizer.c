/* SPDX-License-Identifier: MIT */
#include "optimizer.h"

static const struct bp_setting table[BP_OPTIMIZER_SETTINGS] = {
    {BP_OPTIMIZER_RATE, "rate", 0, 1e6, 0.01, BP_SETTING_ABOVE},
    {BP_OPTIMIZER_MOMENTUM, "momentum", 0, 1, 0, BP_SETTING_BELOW},
    {BP_OPTIMIZER_NESTEROV, "nesterov", 0, 1, 0, BP_SETTING_WHOLE},
    {BP_OPTIMIZER_WEIGHT_DECAY, "weight decay", 0, 1000, 0, 0},
    {BP_OPTIMIZER_DAMPENING, "dampening", 0, 1, 0, 0},
};

static const struct bp_settings settings = {table, BP_OPTIMIZER_SETTINGS};

bp_status bp_optimizer_create(int32_t kind, const bp_env *env, bp_optimizer **optimizer)
{
    void *object = NULL;
    bp_optimizer *made;
    bp_status status;

    if (kind != BP_OPTIMIZER_SGD || optimizer == NULL)
        return BP_EINVAL;
    status = bp_object_create(env, sizeof *made, &object);
    if (status != BP_OK)
        return status;
    made = object;
    made->spec.kind = kind;
    bp_settings_reset(&settings, made->spec.settings);
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
    return bp_settings_set(&settings, optimizer->spec.settings, key, value,
                           &optimizer->text);
}

bp_status bp_optimizer_get(const bp_optimizer *optimizer, int32_t key, double *value)
{
    if (optimizer == NULL || value == NULL)
        return BP_EINVAL;
    return bp_settings_get(&settings, optimizer->spec.settings, key, value);
}

static double setting(const struct bp_optimizer_spec *spec, int32_t key)
{
    return spec->settings[key - 1];
}

size_t bp_optimizer_states(const struct bp_optimizer_spec *spec)
{
    (void)spec;
    return 1;
}

void bp_optimizer_update(const struct bp_optimizer_spec *spec,
                         const struct bp_engine *engine, struct bp_update_run *run,
                         bool *started)
{
    run->rate = setting(spec, BP_OPTIMIZER_RATE);
    run->momentum = setting(spec, BP_OPTIMIZER_MOMENTUM);
    run->decay = setting(spec, BP_OPTIMIZER_WEIGHT_DECAY);
    run->dampening = setting(spec, BP_OPTIMIZER_DAMPENING);
    run->nesterov = setting(spec, BP_OPTIMIZER_NESTEROV) != 0 && run->dampening == 0;
    run->first = !*started;
    engine->sgd(run);
    *started = *started || run->momentum > 0;
}
