/* SPDX-License-Identifier: MIT */
#include "bundle_forge.h"

#include "format/crc32.h"

static const char begin_text[] = "{\"__metadata__\":{\"checksum\":\"";

enum { PREFIX = 8, ALIGNMENT = 64 };

static struct custom_state custom;

static bp_activation_ops activation;
static bp_layer_ops layer;
static bp_cost_ops cost;

const bp_load_options *forge_options(void)
{
    static const bp_activation_ops *const activations[] = {&activation};
    static const bp_layer_ops *const layers[] = {&layer};
    static const bp_cost_ops *const costs[] = {&cost};
    static bp_load_options options;

    activation = custom_activation(&custom);
    layer = custom_layer(&custom);
    cost = custom_cost(&custom);
    ok(bp_load_options_init(&options));
    options.activations = activations;
    options.layers = layers;
    options.costs = costs;
    options.activation_count = options.layer_count = options.cost_count = 1;
    return &options;
}

/* ---- the models ---- */

static void add(bp_network *network, bp_layer *made)
{
    ok(bp_network_add(network, made));
    bp_layer_destroy(made);
}

/* Statistics as training would leave them. */
static void set_running(bp_network *network, size_t index)
{
    static const double mean[] = {0.25, -0.5, 3}, variance[] = {0, 1.5, 0.125};

    ok(bp_network_set_parameter_f64(network, index, BP_PARAMETER_RUNNING_MEAN, mean, 3));
    ok(bp_network_set_parameter_f64(network, index, BP_PARAMETER_RUNNING_VARIANCE,
                                    variance, 3));
}

static void add_training_layers(bp_network *network)
{
    bp_layer *made = NULL;

    ok(bp_layer_create_noise(0.5, NULL, &made));
    add(network, made);
    ok(bp_network_add_dense(network, 3, BP_ACTIVATION_TANH));
    ok(bp_layer_create_batch_norm(NULL, &made));
    ok(bp_layer_set(made, BP_LAYER_MOMENTUM, 0.25));
    add(network, made);
    ok(bp_layer_create_dropout(0.25, NULL, &made));
    add(network, made);
    ok(bp_layer_create_layer_norm(NULL, &made));
    ok(bp_layer_set(made, BP_LAYER_EPSILON, 0.5));
    add(network, made);
    ok(bp_layer_create_batch_norm(NULL, &made));
    ok(bp_layer_set(made, BP_LAYER_AFFINE, 0));
    add(network, made);
    ok(bp_layer_create_layer_norm(NULL, &made));
    ok(bp_layer_set(made, BP_LAYER_AFFINE, 0));
    add(network, made);
}

static void add_layers(bp_network *network, size_t which)
{
    bp_layer *made = NULL;

    if (which == 2) {
        (void)forge_options();
        ok(bp_layer_create_custom(&layer, NULL, &made));
        add(network, made);
        ok(bp_layer_create_dense(2, BP_ACTIVATION_LINEAR, NULL, &made));
        ok(bp_layer_set_activation(made, &activation));
        add(network, made);
        return;
    }
    if (which == 5) {
        add_training_layers(network);
        return;
    }
    ok(bp_layer_create_dense(3, BP_ACTIVATION_LEAKY_RELU, NULL, &made));
    ok(bp_layer_set(made, BP_LAYER_BIAS, which != 3));
    if (which == 4)
        ok(bp_layer_set(made, BP_LAYER_SLOPE, -0.3));
    add(network, made);
    ok(bp_layer_create_activation(BP_ACTIVATION_TANH, NULL, &made));
    add(network, made);
    ok(bp_network_add_dense(network, 2, BP_ACTIVATION_SOFTMAX));
}

static struct forge save(bp_network *network, const bp_save_options *options)
{
    struct forge forge = {NULL, 0};

    assert_status(bp_network_save_memory(network, options, NULL, 0, &forge.size),
                  BP_ELIMIT);
    forge.bytes = malloc(forge.size);
    assert_non_null(forge.bytes);
    ok(bp_network_save_memory(network, options, forge.bytes, forge.size, &forge.size));
    return forge;
}

static void save_with(bp_network *network, size_t which, struct forge *forge)
{
    static const char *const classes[] = {"setosa", "\"\\\x01\xc3\xa9"};
    static const char *const inputs[] = {"length", "width"};
    bp_dataset *data = make_dataset(6, 2, 2, NULL);
    bp_save_options options;
    bp_scaler *scaler = NULL;
    bp_cost *made = NULL;

    ok(bp_save_options_init(&options));
    ok(bp_scaler_create(which == 1 ? BP_SCALING_STANDARD : BP_SCALING_MIN_MAX, NULL,
                        &scaler));
    ok(bp_scaler_fit(scaler, data));
    if (which == 2)
        ok(bp_cost_create_custom(&cost, NULL, &made));
    else
        made = make_cost(which == 1 ? BP_COST_HUBER : BP_COST_CROSS_ENTROPY, NULL);
    options.cost = made;
    options.scaler = which != 2 ? scaler : NULL;
    options.class_names = classes;
    options.class_count = 2;
    options.input_names = which == 1 ? inputs : NULL;
    options.input_count = which == 1 ? 2 : 0;
    *forge = save(network, &options);
    bp_cost_destroy(made);
    bp_scaler_destroy(scaler);
    bp_dataset_destroy(data);
}

struct forge forge_model(size_t which)
{
    struct forge forge;
    bp_network *network = NULL;

    ok(bp_network_create(2, NULL, &network));
    if (which == 1)
        ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    add_layers(network, which);
    ok(bp_network_build(network, which + 1));
    if (which == 5) {
        set_running(network, 2);
        set_running(network, 5);
    }
    if (which == 0 || which == 3 || which == 5)
        forge = save(network, NULL);
    else
        save_with(network, which, &forge);
    bp_network_destroy(network);
    return forge;
}

void forge_free(struct forge *forge)
{
    free(forge->bytes);
    *forge = (struct forge){NULL, 0};
}

/* ---- changes ---- */

size_t forge_header_size(const struct forge *forge)
{
    size_t size = 0;

    for (int i = PREFIX; i > 0; i--)
        size = size << 8 | forge->bytes[i - 1];
    return size;
}

static void set_header_size(struct forge *forge, size_t size)
{
    for (int i = 0; i < PREFIX; i++)
        forge->bytes[i] = (unsigned char)((uint64_t)size >> 8 * i);
}

/* Another header; the data stay. */
static void set_header(struct forge *forge, const char *header, size_t length)
{
    const size_t old = PREFIX + forge_header_size(forge);
    const size_t data_size = forge->size - old;
    const size_t size = PREFIX + length + data_size;
    unsigned char *bytes = malloc(size);

    assert_non_null(bytes);
    memcpy(bytes + PREFIX, header, length);
    memcpy(bytes + PREFIX + length, forge->bytes + old, data_size);
    free(forge->bytes);
    forge->bytes = bytes;
    forge->size = size;
    set_header_size(forge, length);
}

struct forge forge_make(const char *header, size_t data_size)
{
    struct forge forge = {calloc(1, PREFIX + data_size), PREFIX + data_size};

    assert_non_null(forge.bytes);
    set_header(&forge, header, strlen(header));
    forge_seal(&forge);
    return forge;
}

void forge_replace(struct forge *forge, const char *from, const char *to)
{
    const size_t size = forge_header_size(forge);
    char *header = calloc(1, size + strlen(to) + 1);
    char *at;

    assert_non_null(header);
    memcpy(header, forge->bytes + PREFIX, size);
    at = strstr(header, from);
    if (at == NULL)
        fail_msg("'%s' is not in the header", from);
    memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
    memcpy(at, to, strlen(to));
    set_header(forge, header, strlen(header));
    free(header);
}

void forge_checksum(struct forge *forge)
{
    const size_t at = PREFIX + strlen(begin_text);
    struct bp_crc32 crc;
    char digits[9];

    if (forge->size < at + 8 ||
        memcmp(forge->bytes + PREFIX, begin_text, strlen(begin_text)) != 0)
        return;
    memset(forge->bytes + at, '0', 8);
    bp_crc32_begin(&crc);
    bp_crc32_add(&crc, forge->bytes, forge->size);
    (void)snprintf(digits, sizeof digits, "%08lx", (unsigned long)bp_crc32_value(&crc));
    memcpy(forge->bytes + at, digits, 8);
}

void forge_seal(struct forge *forge)
{
    size_t size = forge_header_size(forge);
    char *header = malloc(size + ALIGNMENT);

    assert_non_null(header);
    memcpy(header, forge->bytes + PREFIX, size);
    while (size > 0 && header[size - 1] == ' ')
        size--;
    while ((PREFIX + size) % ALIGNMENT != 0)
        header[size++] = ' ';
    set_header(forge, header, size);
    free(header);
    forge_checksum(forge);
}

bp_status forge_load(const struct forge *forge, const bp_load_options *options,
                     char *line)
{
    /* A copy of exactly its size, so that a sanitizer sees a read past it. */
    unsigned char *exact = malloc(forge->size > 0 ? forge->size : 1);
    struct failing_env host;
    bp_bundle *bundle = NULL;
    bp_status status;

    assert_non_null(exact);
    memcpy(exact, forge->bytes, forge->size);
    failing_env_init(&host);
    ok(bp_bundle_create(&host.env, &bundle));
    status = bp_bundle_load_memory(bundle, exact, forge->size, options);
    (void)snprintf(line, 256, "%s", bp_bundle_error(bundle));
    if (status != BP_OK) {
        assert_null(bp_bundle_get_network(bundle));
        assert_int_equal(host.live_count, 1);
        assert_true(line[0] != '\0');
    }
    bp_bundle_destroy(bundle);
    assert_env_clean(&host);
    failing_env_free(&host);
    free(exact);
    return status;
}
