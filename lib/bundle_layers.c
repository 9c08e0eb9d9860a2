/* SPDX-License-Identifier: MIT */
/* Layers from their metadata, by the calls that a program would make. */
#include "bundle.h"

#include <string.h>

/* One layer while it is read. */
struct reading_layer {
    struct bp_reading *r;
    size_t index;
    bp_layer *layer;
};

static const char *key_of(const struct reading_layer *l, struct bp_key *key,
                          const char *name)
{
    return bp_key(key, "layers", l->index, name);
}

static const struct bp_activation_ops *find_activation(const bp_load_options *options,
                                                       const char *name)
{
    for (size_t i = 0; i < options->activation_count; i++)
        if (options->activations[i] != NULL && options->activations[i]->name != NULL &&
            strcmp(options->activations[i]->name, name) == 0)
            return options->activations[i];
    return NULL;
}

static const struct bp_layer_ops *find_layer(const bp_load_options *options,
                                             const char *name)
{
    for (size_t i = 0; i < options->layer_count; i++)
        if (options->layers[i] != NULL && options->layers[i]->name != NULL &&
            strcmp(options->layers[i]->name, name) == 0)
            return options->layers[i];
    return NULL;
}

static bp_status want_version(const struct reading_layer *l, const char *word,
                              uint64_t *version)
{
    struct bp_key key;

    return bp_want_whole(l->r, key_of(l, &key, word), 0, UINT32_MAX, version);
}

static bp_status set_custom_activation(const struct reading_layer *l)
{
    const struct bp_activation_ops *ops;
    const char *name = NULL;
    struct bp_key key;
    uint64_t version = 0;
    bp_status status = bp_want(l->r, key_of(l, &key, "activation_name"), &name);

    if (status == BP_OK)
        status = want_version(l, "activation_version", &version);
    if (status != BP_OK)
        return status;
    ops = find_activation(l->r->options, name);
    if (ops == NULL)
        return bp_unknown(l->r, "options.activations have none of the name", name);
    if (ops->version != version)
        return bp_other_version(l->r, name, version, ops->version);
    status = bp_layer_set_activation(l->layer, ops);
    return status == BP_OK ? status
                           : bp_fail(l->r->text, status, "options.activations: %s",
                                     l->layer->text.line);
}

/* The activation's word; a custom one is put in later. */
static bp_status read_activation(const struct reading_layer *l, int32_t *activation,
                                 bool *custom)
{
    const char *name = NULL;
    struct bp_key key;
    const bp_status status = bp_want(l->r, key_of(l, &key, "activation"), &name);

    *activation = BP_ACTIVATION_LINEAR;
    if (status != BP_OK)
        return status;
    *custom = strcmp(name, bp_word_custom) == 0;
    if (!*custom && bp_activation_find(name, activation) != BP_OK)
        return bp_unknown(l->r, "this version has no activation", name);
    return BP_OK;
}

static bp_status fail_create(const struct reading_layer *l, bp_status status)
{
    return bp_fail(l->r->text, status, "layer %zu cannot be made: %s", l->index,
                   bp_status_text(status));
}

static bp_status made(const struct reading_layer *l, bp_status status)
{
    return status == BP_OK ? status : fail_create(l, status);
}

static bp_status read_dense(struct reading_layer *l, uint64_t outputs)
{
    int32_t activation;
    bool custom = false;
    bp_status status = read_activation(l, &activation, &custom);

    if (status != BP_OK)
        return status;
    status = bp_layer_create_dense((size_t)outputs, activation, &l->r->env, &l->layer);
    if (status != BP_OK)
        return fail_create(l, status);
    return custom ? set_custom_activation(l) : BP_OK;
}

static bp_status read_shape(struct reading_layer *l, uint64_t outputs)
{
    int32_t activation;
    bool custom = false;
    bp_status status = read_activation(l, &activation, &custom);

    (void)outputs;
    if (status != BP_OK)
        return status;
    status = bp_layer_create_activation(activation, &l->r->env, &l->layer);
    if (status != BP_OK)
        return fail_create(l, status);
    return custom ? set_custom_activation(l) : BP_OK;
}

static bp_status read_custom(struct reading_layer *l, uint64_t outputs)
{
    const struct bp_layer_ops *ops;
    const char *name = NULL;
    struct bp_key key;
    uint64_t version = 0;
    bp_status status = bp_want(l->r, key_of(l, &key, "name"), &name);

    (void)outputs;
    if (status == BP_OK)
        status = want_version(l, "version", &version);
    if (status != BP_OK)
        return status;
    ops = find_layer(l->r->options, name);
    if (ops == NULL)
        return bp_unknown(l->r, "options.layers have none of the name", name);
    if (ops->version != version)
        return bp_other_version(l->r, name, version, ops->version);
    return made(l, bp_layer_create_custom(ops, &l->r->env, &l->layer));
}

/* These have nothing but settings, which are read for all kinds alike. */

static bp_status read_dropout(struct reading_layer *l, uint64_t outputs)
{
    (void)outputs;
    return made(l, bp_layer_create_dropout(0, &l->r->env, &l->layer));
}

static bp_status read_noise(struct reading_layer *l, uint64_t outputs)
{
    (void)outputs;
    return made(l, bp_layer_create_noise(0, &l->r->env, &l->layer));
}

static bp_status read_layer_norm(struct reading_layer *l, uint64_t outputs)
{
    (void)outputs;
    return made(l, bp_layer_create_layer_norm(&l->r->env, &l->layer));
}

static bp_status read_batch_norm(struct reading_layer *l, uint64_t outputs)
{
    (void)outputs;
    return made(l, bp_layer_create_batch_norm(&l->r->env, &l->layer));
}

/* How a layer of each kind is made. */
static const struct {
    int32_t kind;
    bp_status (*read)(struct reading_layer *l, uint64_t outputs);
} readers[] = {
    {BP_LAYER_KIND_DENSE, read_dense},
    {BP_LAYER_KIND_ACTIVATION, read_shape},
    {BP_LAYER_KIND_CUSTOM, read_custom},
    {BP_LAYER_KIND_DROPOUT, read_dropout},
    {BP_LAYER_KIND_NOISE, read_noise},
    {BP_LAYER_KIND_LAYER_NORM, read_layer_norm},
    {BP_LAYER_KIND_BATCH_NORM, read_batch_norm},
};

enum { READERS = sizeof readers / sizeof readers[0] };

/* Those that this layer has; others are left over, and found to be unknown. */
static bp_status read_settings(const struct reading_layer *l)
{
    struct bp_key key;

    for (const struct bp_word *word = bp_words_setting; word->name != NULL; word++) {
        double value = 0;
        bp_status status;

        if (bp_layer_get(l->layer, word->value, &value) != BP_OK)
            continue;
        status = bp_want_number(l->r, key_of(l, &key, word->name), &value);
        if (status != BP_OK)
            return status;
        if (bp_layer_set(l->layer, word->value, value) != BP_OK)
            return bp_fail(l->r->text, BP_EDATA, "layer %zu: %s", l->index,
                           l->layer->text.line);
    }
    return BP_OK;
}

/* What the file says must be what the network has. */
static bp_status add_layer(const struct reading_layer *l, uint64_t outputs)
{
    bp_network *network = l->r->bundle->network;
    const bp_status status = bp_network_add(network, l->layer);

    if (status != BP_OK)
        return bp_fail(l->r->text, status, "layer %zu: %s", l->index, network->text.line);
    if (bp_network_width(network) != outputs)
        return bp_fail(l->r->text, BP_EDATA,
                       "layer %zu puts out %zu numbers a row, the file says %llu",
                       l->index, bp_network_width(network), (unsigned long long)outputs);
    return BP_OK;
}

/* An array of nodes that has just doubled is there twice for a moment. */
static bp_status check_nodes(const struct reading_layer *l)
{
    const uint64_t size = 3 * (uint64_t)(l->index + 1) * sizeof(struct bp_node);

    if (size <= l->r->options->memory_limit)
        return BP_OK;
    return bp_fail(
        l->r->text, BP_ELIMIT, "the layers need %llu bytes, options.memory_limit is %llu",
        (unsigned long long)size, (unsigned long long)l->r->options->memory_limit);
}

static bp_status make_layer(struct reading_layer *l)
{
    struct bp_key key;
    const char *word = NULL;
    uint64_t outputs = 0;
    int32_t kind = 0;
    bp_status status = bp_want(l->r, key_of(l, &key, NULL), &word);

    if (status == BP_OK && !bp_word_find(bp_words_kind, word, &kind))
        status = bp_unknown(l->r, "this version has no layer of the kind", word);
    if (status == BP_OK)
        status =
            bp_want_whole(l->r, key_of(l, &key, "outputs"), 1, PTRDIFF_MAX, &outputs);
    for (size_t i = 0; status == BP_OK && i < READERS; i++)
        if (readers[i].kind == kind)
            status = readers[i].read(l, outputs);
    if (status == BP_OK)
        status = read_settings(l);
    return status == BP_OK ? add_layer(l, outputs) : status;
}

bp_status bp_read_layers(struct bp_reading *r)
{
    uint64_t count = 0;
    bp_status status = bp_want_whole(r, "layers", 1, SIZE_MAX, &count);

    for (size_t i = 0; status == BP_OK && i < count; i++) {
        struct reading_layer l = {r, i, NULL};

        status = check_nodes(&l);
        if (status == BP_OK)
            status = make_layer(&l);
        bp_layer_destroy(l.layer);
    }
    return status;
}
