/* SPDX-License-Identifier: MIT */
#include "layer.h"

#include <string.h>

static const struct bp_setting table[BP_LAYER_SETTINGS] = {
    {BP_LAYER_BIAS, "bias", 0, 1, 1, BP_SETTING_WHOLE},
    {BP_LAYER_SLOPE, "slope", -1000, 1000, 0, 0},
    {BP_LAYER_WEIGHT_INIT, "weight init", BP_INIT_DEFAULT, BP_INIT_NORMAL,
     BP_INIT_DEFAULT, BP_SETTING_WHOLE},
    {BP_LAYER_BIAS_INIT, "bias init", BP_INIT_DEFAULT, BP_INIT_NORMAL, BP_INIT_DEFAULT,
     BP_SETTING_WHOLE},
    {BP_LAYER_GAIN, "gain", 0, 1000, 0, 0},
    {BP_LAYER_PROBABILITY, "probability", 0, 1, 0, 0},
    {BP_LAYER_DEVIATION, "deviation", 0, 1000, 0, 0},
    {BP_LAYER_EPSILON, "epsilon", 0, 1, 1e-5, BP_SETTING_ABOVE},
    {BP_LAYER_MOMENTUM, "momentum", 0, 1, 0.1, 0},
    {BP_LAYER_AFFINE, "affine", 0, 1, 1, BP_SETTING_WHOLE},
};

static const struct bp_settings settings = {table, BP_LAYER_SETTINGS};

bool bp_layer_in_place(int32_t kind)
{
    return kind == BP_LAYER_KIND_ACTIVATION || bp_layer_trains_only(kind);
}

bool bp_layer_trains_only(int32_t kind)
{
    return kind == BP_LAYER_KIND_DROPOUT || kind == BP_LAYER_KIND_NOISE;
}

bool bp_layer_normalises(int32_t kind)
{
    return kind == BP_LAYER_KIND_LAYER_NORM || kind == BP_LAYER_KIND_BATCH_NORM;
}

bool bp_layer_has_activation(int32_t kind)
{
    return kind == BP_LAYER_KIND_DENSE || kind == BP_LAYER_KIND_ACTIVATION;
}

double bp_layer_setting(const struct bp_layer_spec *spec, int32_t key)
{
    double value = 0;

    (void)bp_settings_get(&settings, spec->settings, key, &value);
    return value;
}

static void spec_init(struct bp_layer_spec *spec, int32_t kind, int32_t activation)
{
    const struct bp_activation_traits *traits = bp_activation_traits(activation);

    memset(spec, 0, sizeof *spec);
    spec->kind = kind;
    spec->activation = activation;
    bp_settings_reset(&settings, spec->settings);
    if (traits != NULL)
        spec->settings[BP_LAYER_SLOPE - 1] = traits->slope;
}

void bp_layer_spec_dense(struct bp_layer_spec *spec, size_t outputs, int32_t activation)
{
    spec_init(spec, BP_LAYER_KIND_DENSE, activation);
    spec->outputs = outputs;
}

static bp_status create(const bp_env *env, const struct bp_layer_spec *spec,
                        bp_layer **layer)
{
    void *object = NULL;
    const bp_status status = bp_object_create(env, sizeof **layer, &object);
    bp_layer *made = object;

    if (status != BP_OK)
        return status;
    made->spec = *spec;
    *layer = made;
    return BP_OK;
}

bp_status bp_layer_create_dense(size_t outputs, int32_t activation, const bp_env *env,
                                bp_layer **layer)
{
    struct bp_layer_spec spec;

    if (outputs == 0 || bp_activation_traits(activation) == NULL || layer == NULL)
        return BP_EINVAL;
    bp_layer_spec_dense(&spec, outputs, activation);
    return create(env, &spec, layer);
}

bp_status bp_layer_create_activation(int32_t activation, const bp_env *env,
                                     bp_layer **layer)
{
    struct bp_layer_spec spec;

    if (bp_activation_traits(activation) == NULL || layer == NULL)
        return BP_EINVAL;
    spec_init(&spec, BP_LAYER_KIND_ACTIVATION, activation);
    return create(env, &spec, layer);
}

/* A layer with one number of its own, which is checked as bp_layer_set() does. */
static bp_status create_with(int32_t kind, int32_t key, double value, const bp_env *env,
                             bp_layer **layer)
{
    struct bp_layer_spec spec;
    struct bp_text text;

    if (layer == NULL)
        return BP_EINVAL;
    spec_init(&spec, kind, BP_ACTIVATION_LINEAR);
    if (bp_settings_set(&settings, spec.settings, key, value, &text) != BP_OK)
        return BP_EINVAL;
    return create(env, &spec, layer);
}

bp_status bp_layer_create_dropout(double p, const bp_env *env, bp_layer **layer)
{
    return create_with(BP_LAYER_KIND_DROPOUT, BP_LAYER_PROBABILITY, p, env, layer);
}

bp_status bp_layer_create_noise(double deviation, const bp_env *env, bp_layer **layer)
{
    return create_with(BP_LAYER_KIND_NOISE, BP_LAYER_DEVIATION, deviation, env, layer);
}

static bp_status create_norm(int32_t kind, const bp_env *env, bp_layer **layer)
{
    struct bp_layer_spec spec;

    if (layer == NULL)
        return BP_EINVAL;
    spec_init(&spec, kind, BP_ACTIVATION_LINEAR);
    return create(env, &spec, layer);
}

bp_status bp_layer_create_layer_norm(const bp_env *env, bp_layer **layer)
{
    return create_norm(BP_LAYER_KIND_LAYER_NORM, env, layer);
}

bp_status bp_layer_create_batch_norm(const bp_env *env, bp_layer **layer)
{
    return create_norm(BP_LAYER_KIND_BATCH_NORM, env, layer);
}

void bp_layer_destroy(bp_layer *layer)
{
    if (layer != NULL)
        bp_object_release(layer, sizeof *layer);
}

/* Whether this kind of layer has the setting. */
static bool applies(const struct bp_layer_spec *spec, int32_t key)
{
    const struct bp_activation_traits *traits = bp_activation_traits(spec->activation);

    switch (key) {
    case BP_LAYER_SLOPE: return traits != NULL && traits->has_slope;
    case BP_LAYER_PROBABILITY: return spec->kind == BP_LAYER_KIND_DROPOUT;
    case BP_LAYER_DEVIATION: return spec->kind == BP_LAYER_KIND_NOISE;
    case BP_LAYER_MOMENTUM: return spec->kind == BP_LAYER_KIND_BATCH_NORM;
    case BP_LAYER_EPSILON:
    case BP_LAYER_AFFINE: return bp_layer_normalises(spec->kind);
    default: return spec->kind == BP_LAYER_KIND_DENSE;
    }
}

static bool init_applies(int32_t key, double value)
{
    return key != BP_LAYER_BIAS_INIT || value == BP_INIT_DEFAULT ||
           value == BP_INIT_ZERO || value == BP_INIT_FAN_IN_UNIFORM ||
           value == BP_INIT_NORMAL;
}

bp_status bp_layer_set(bp_layer *layer, int32_t key, double value)
{
    bp_status status;

    if (layer == NULL)
        return BP_EINVAL;
    status = bp_settings_check(&settings, key, value, &layer->text);
    if (status != BP_OK)
        return status;
    if (!applies(&layer->spec, key))
        return bp_fail(&layer->text, BP_EINVAL,
                       "key is %d, %s, expected a setting that this layer has", (int)key,
                       bp_settings_name(&settings, key));
    if (!init_applies(key, value))
        return bp_fail(&layer->text, BP_EINVAL,
                       "bias init is %s, expected default, zero, fan-in uniform or "
                       "normal",
                       bp_number(value).text);
    return bp_settings_set(&settings, layer->spec.settings, key, value, &layer->text);
}

bp_status bp_layer_get(const bp_layer *layer, int32_t key, double *value)
{
    if (layer == NULL || value == NULL || !applies(&layer->spec, key))
        return BP_EINVAL;
    return bp_settings_get(&settings, layer->spec.settings, key, value);
}

const char *bp_layer_error(const bp_layer *layer)
{
    return layer != NULL ? layer->text.line : "";
}

static bool range_ok(int32_t range)
{
    return range >= BP_RANGE_REAL && range <= BP_RANGE_LOG_PROBABILITY;
}

/* One line for each thing that can be wrong with a table of an activation. */
static const char *activation_fault(const bp_activation_ops *ops)
{
    if (ops == NULL)
        return "ops is NULL";
    if (ops->struct_size != sizeof *ops)
        return "ops.struct_size is not sizeof(bp_activation_ops)";
    if (!range_ok(ops->range))
        return "ops.range is no BP_RANGE_ value";
    if (ops->forward == NULL)
        return "ops.forward is NULL, expected a callback";
    return NULL;
}

bp_status bp_layer_set_activation(bp_layer *layer, const bp_activation_ops *ops)
{
    const char *fault = activation_fault(ops);
    char name[BP_NAME_SIZE];

    if (layer == NULL)
        return BP_EINVAL;
    if (layer->spec.kind == BP_LAYER_KIND_CUSTOM)
        fault = "layer has callbacks of its own, expected a dense or activation layer";
    else if (!bp_layer_has_activation(layer->spec.kind))
        fault = "layer has no activation, expected a dense or activation layer";
    if (fault != NULL)
        return bp_fail(&layer->text, BP_EINVAL, "%s", fault);
    if (!bp_name_copy(name, ops->name))
        return bp_fail(&layer->text, BP_EINVAL, "ops.name is not of 1 to %d bytes",
                       BP_NAME_SIZE - 1);
    layer->spec.activation = BP_ACTIVATION_CUSTOM;
    layer->spec.activation_ops = *ops;
    memcpy(layer->spec.activation_name, name, sizeof name);
    return BP_OK;
}

static bool layer_ops_ok(const bp_layer_ops *ops)
{
    return ops != NULL && ops->struct_size == sizeof *ops && range_ok(ops->range) &&
           ops->plan != NULL && ops->forward != NULL;
}

bp_status bp_layer_create_custom(const bp_layer_ops *ops, const bp_env *env,
                                 bp_layer **layer)
{
    struct bp_layer_spec spec;

    if (layer == NULL || !layer_ops_ok(ops))
        return BP_EINVAL;
    spec_init(&spec, BP_LAYER_KIND_CUSTOM, BP_ACTIVATION_CUSTOM);
    spec.layer_ops = *ops;
    if (!bp_name_copy(spec.layer_name, ops->name))
        return BP_EINVAL;
    return create(env, &spec, layer);
}
