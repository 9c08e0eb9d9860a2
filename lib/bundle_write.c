/* SPDX-License-Identifier: MIT */
/* A network, and what goes with it, as metadata. */
#include "bundle.h"

#include "format/exact.h"

#include <string.h>

const char bp_header_begin[] = "{\"__metadata__\":{\"checksum\":\"";

size_t bp_checksum_at(void)
{
    return BP_ST_PREFIX + strlen(bp_header_begin);
}

void bp_checksum_write(char *digits, uint32_t value)
{
    static const char hex[] = "0123456789abcdef";

    for (int i = 0; i < BP_CHECKSUM_SIZE; i++)
        digits[i] = hex[value >> (4 * (BP_CHECKSUM_SIZE - 1 - i)) & 15];
}

static void put_whole(struct bp_st_writer *writer, const char *key, uint64_t number)
{
    struct bp_exact text;

    bp_st_pair(writer, key, bp_exact_whole(&text, number));
}

static void put_number(struct bp_st_writer *writer, const char *key, double number)
{
    struct bp_exact text;

    bp_st_pair(writer, key, bp_exact_write(&text, number));
}

static void write_versions(struct bp_st_writer *writer, const struct bp_network *network)
{
    const size_t precision = network->engine->element_size;

    bp_st_pair(writer, "checksum", "00000000");
    bp_st_pair(writer, "format", "backprop 1.0");
    bp_st_pair(writer, "library", bp_version_text());
    put_whole(writer, "numerics", BP_NUMERICS);
    bp_st_pair(writer, "precision",
               bp_dtype_name(precision == sizeof(double) ? BP_DTYPE_F64 : BP_DTYPE_F32));
}

/* Layers. */

static void put_custom(struct bp_st_writer *writer, size_t layer, const char *prefix,
                       const char *name, uint32_t version)
{
    char word[BP_KEY_SIZE];
    struct bp_key key;
    const size_t length = strlen(prefix);

    memcpy(word, prefix, length + 1);
    memcpy(word + length, "name", sizeof "name");
    bp_st_pair(writer, bp_key(&key, "layers", layer, word), name);
    memcpy(word + length, "version", sizeof "version");
    put_whole(writer, bp_key(&key, "layers", layer, word), version);
}

static void write_activation(struct bp_st_writer *writer,
                             const struct bp_layer_spec *spec, size_t layer)
{
    struct bp_key key;
    const bool custom = spec->activation == BP_ACTIVATION_CUSTOM;

    bp_st_pair(writer, bp_key(&key, "layers", layer, "activation"),
               custom ? bp_word_custom : bp_activation_name(spec->activation));
    if (custom)
        put_custom(writer, layer, "activation_", spec->activation_name,
                   spec->activation_ops.version);
}

/* Those that this kind of layer has. */
static void write_settings(struct bp_st_writer *writer, const struct bp_layer_spec *spec,
                           size_t layer)
{
    const struct bp_layer one = {.spec = *spec};
    struct bp_key key;

    for (const struct bp_word *word = bp_words_setting; word->name != NULL; word++) {
        double value = 0;

        if (bp_layer_get(&one, word->value, &value) == BP_OK)
            put_number(writer, bp_key(&key, "layers", layer, word->name), value);
    }
}

static bp_status write_layer(struct bp_st_writer *writer, const struct bp_node *node,
                             size_t layer, struct bp_text *text)
{
    const struct bp_layer_spec *spec = &node->spec;
    const char *kind = bp_word_of(bp_words_kind, spec->kind);
    struct bp_key key;

    if (kind == NULL)
        return bp_fail(text, BP_EUNSUPPORTED,
                       "layer %zu is of a kind without a word in "
                       "the format",
                       layer);
    bp_st_pair(writer, bp_key(&key, "layers", layer, NULL), kind);
    put_whole(writer, bp_key(&key, "layers", layer, "outputs"), node->outputs);
    if (spec->kind == BP_LAYER_KIND_CUSTOM)
        put_custom(writer, layer, "", spec->layer_name, spec->layer_ops.version);
    else if (bp_layer_has_activation(spec->kind))
        write_activation(writer, spec, layer);
    write_settings(writer, spec, layer);
    return BP_OK;
}

static bp_status write_layers(struct bp_st_writer *writer,
                              const struct bp_network *network, struct bp_text *text)
{
    bp_status status = BP_OK;

    put_whole(writer, "inputs", network->inputs);
    put_whole(writer, "layers", network->count);
    for (size_t i = 0; status == BP_OK && i < network->count; i++)
        status = write_layer(writer, &network->nodes[i], i, text);
    return status;
}

/* What goes with it. */

static bp_status write_cost(struct bp_st_writer *writer, const struct bp_network *network,
                            const bp_cost *cost, struct bp_text *text)
{
    double scale;
    double smoothing = 0;
    bool fused;

    if (cost == NULL)
        return BP_OK;
    if (cost->spec.kind == BP_COST_CUSTOM) {
        bp_st_pair(writer, "cost", bp_word_custom);
        bp_st_pair(writer, "cost.name", cost->spec.name);
        put_whole(writer, "cost.version", cost->spec.ops.version);
    } else {
        bp_st_pair(writer, "cost", bp_cost_name(cost->spec.kind));
    }
    if (bp_cost_get(cost, BP_COST_SCALE, &scale) == BP_OK)
        put_number(writer, "cost.scale", scale);
    if (bp_cost_get(cost, BP_COST_SMOOTHING, &smoothing) == BP_OK && smoothing != 0)
        put_number(writer, "cost.smoothing", smoothing);
    return bp_cost_fit(&cost->spec, network, &fused, text);
}

static void write_scaler(struct bp_st_writer *writer, const bp_scaler *scaler)
{
    if (scaler != NULL)
        bp_st_pair(writer, "scaler", bp_word_of(bp_words_scaling, scaler->kind));
}

/* Names as the caller gives them. */
struct names {
    const char *prefix;
    const char *const *names;
    size_t count;
};

static bp_status write_names(struct bp_st_writer *writer, const struct names *names,
                             struct bp_text *text)
{
    struct bp_key key;

    if (names->count > 0)
        put_whole(writer, names->prefix, names->count);
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->names[i];

        if (name == NULL)
            return bp_fail(text, BP_EINVAL, "options: name %zu of the %s is NULL", i,
                           names->prefix);
        if (!bp_utf8_ok(name))
            return bp_fail(text, BP_EDATA, "options: name %zu of the %s is not UTF-8", i,
                           names->prefix);
        bp_st_pair(writer, bp_key(&key, names->prefix, i, NULL), name);
    }
    return BP_OK;
}

static bp_status write_all_names(struct bp_st_writer *writer,
                                 const bp_save_options *options, struct bp_text *text)
{
    const struct names classes = {"classes", options->class_names, options->class_count};
    const struct names inputs = {"input_names", options->input_names,
                                 options->input_count};
    bp_status status = write_names(writer, &classes, text);

    return status == BP_OK ? write_names(writer, &inputs, text) : status;
}

/* The names of a network's operations become JSON as well. */
static bp_status check_operations(const struct bp_network *network,
                                  const bp_save_options *options, struct bp_text *text)
{
    bool ok = options->cost == NULL || bp_utf8_ok(options->cost->spec.name);

    for (size_t i = 0; i < network->count; i++)
        ok = ok && bp_utf8_ok(network->nodes[i].spec.layer_name) &&
             bp_utf8_ok(network->nodes[i].spec.activation_name);
    return ok ? BP_OK : bp_fail(text, BP_EDATA, "the name of an operation is not UTF-8");
}

static void write_tensors(struct bp_st_writer *writer, const struct bp_network *network,
                          const bp_scaler *scaler)
{
    struct bp_walk walk = {network, scaler, 0};
    struct bp_stored stored;

    while (bp_walk_next(&walk, &stored)) {
        const struct bp_st_tensor tensor = bp_stored_tensor(&stored);

        bp_st_tensor(writer, &tensor);
    }
}

bp_status bp_header_write(struct bp_st_writer *writer, const struct bp_network *network,
                          const bp_save_options *options, struct bp_text *text)
{
    bp_status status = check_operations(network, options, text);

    if (status != BP_OK)
        return status;
    write_versions(writer, network);
    status = write_layers(writer, network, text);
    if (status == BP_OK)
        status = write_cost(writer, network, options->cost, text);
    write_scaler(writer, options->scaler);
    if (status == BP_OK)
        status = write_all_names(writer, options, text);
    if (status != BP_OK)
        return status;
    write_tensors(writer, network, options->scaler);
    return bp_st_finish(writer, BP_DATA_ALIGNMENT, text);
}
