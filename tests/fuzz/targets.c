/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "format/crc32.h"

#include <backprop.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What must hold. */
static void need(bool holds)
{
    if (!holds)
        abort();
}

/* ---- memory that is counted, and has an end ---- */

enum { MOST_BYTES = 64 << 20 };

struct memory {
    size_t live;
    bp_memory table;
    bp_env env;
};

static void *allocate(size_t size, size_t alignment, void *user)
{
    struct memory *memory = user;
    void *given = NULL;

    if (size > MOST_BYTES - memory->live ||
        posix_memalign(&given, alignment > sizeof(void *) ? alignment : sizeof(void *),
                       size) != 0)
        return NULL;
    memory->live += size;
    return given;
}

static void release(void *given, size_t size, size_t alignment, void *user)
{
    struct memory *memory = user;

    (void)alignment;
    need(memory->live >= size);
    memory->live -= size;
    free(given);
}

static void memory_begin(struct memory *memory)
{
    memset(memory, 0, sizeof *memory);
    memory->table = (bp_memory){sizeof(bp_memory), allocate, release, memory};
    memory->env = (bp_env){sizeof(bp_env), &memory->table, NULL, NULL, NULL};
}

static void memory_end(const struct memory *memory)
{
    need(memory->live == 0);
}

/* A failure has a line, which prints. */
static void look_at_line(const char *line)
{
    need(line[0] != '\0');
    for (; *line != '\0'; line++)
        need(*line >= ' ' && *line <= '~');
}

/* ---- a loaded model ---- */

static void use(bp_bundle *bundle)
{
    bp_network *network = bp_bundle_get_network(bundle);
    const size_t inputs = bp_network_inputs(network);
    const size_t outputs = bp_network_outputs(network);
    float *values =
        inputs + outputs < 100000 ? calloc(inputs + outputs, sizeof *values) : NULL;
    bp_workspace *workspace = NULL;

    if (values != NULL && bp_workspace_create(network, 1, &workspace) == BP_OK)
        (void)bp_network_predict(network, workspace, values, inputs, values + inputs,
                                 outputs);
    bp_workspace_destroy(workspace);
    free(values);
}

/* What was loaded is saved; that must load, and be saved as the same bytes. */
static void save_again(bp_bundle *bundle, const struct memory *memory)
{
    bp_network *network = bp_bundle_get_network(bundle);
    const bp_save_options *none = NULL;
    bp_bundle *other = NULL;
    unsigned char *bytes;
    unsigned char *again;
    size_t size = 0;

    need(bp_network_save_memory(network, none, NULL, 0, &size) == BP_ELIMIT);
    bytes = malloc(size);
    again = malloc(size);
    need(bytes != NULL && again != NULL);
    need(bp_network_save_memory(network, none, bytes, size, &size) == BP_OK);
    need(bp_bundle_create(&memory->env, &other) == BP_OK);
    if (bp_bundle_load_memory(other, bytes, size, NULL) == BP_OK) {
        need(bp_network_save_memory(bp_bundle_get_network(other), none, again, size,
                                    &size) == BP_OK);
        need(memcmp(bytes, again, size) == 0);
    } else {
        need(strstr(bp_bundle_error(other), "memory") != NULL);
    }
    bp_bundle_destroy(other);
    free(bytes);
    free(again);
}

static void load(const uint8_t *bytes, size_t size)
{
    struct memory memory;
    bp_bundle *bundle = NULL;
    bp_load_options options;

    memory_begin(&memory);
    need(bp_load_options_init(&options) == BP_OK);
    options.memory_limit = 1 << 20;
    need(bp_bundle_create(&memory.env, &bundle) == BP_OK);
    if (bp_bundle_load_memory(bundle, bytes, size, &options) == BP_OK) {
        use(bundle);
        save_again(bundle, &memory);
    } else {
        look_at_line(bp_bundle_error(bundle));
        need(bp_bundle_get_network(bundle) == NULL);
    }
    bp_bundle_destroy(bundle);
    memory_end(&memory);
}

/* With the checksum set right, else little would pass it; as it is where there is none,
 * or where it begins with an f. */
static void with_checksum(const uint8_t *bytes, size_t size, fuzz_fn run)
{
    static const char begin[] = "{\"__metadata__\":{\"checksum\":\"";
    const size_t at = 8 + sizeof begin - 1;
    struct bp_crc32 crc;
    uint8_t *copy;

    if (size < at + 8 || memcmp(bytes + 8, begin, sizeof begin - 1) != 0 ||
        bytes[at] == 'f') {
        run(bytes, size);
        return;
    }
    copy = malloc(size);
    need(copy != NULL);
    memcpy(copy, bytes, size);
    memset(copy + at, '0', 8);
    bp_crc32_begin(&crc);
    bp_crc32_add(&crc, copy, size);
    for (int i = 0; i < 8; i++)
        copy[at + (size_t)i] =
            (uint8_t) "0123456789abcdef"[bp_crc32_value(&crc) >> (28 - 4 * i) & 15];
    run(copy, size);
    free(copy);
}

void fuzz_model(const uint8_t *bytes, size_t size)
{
    with_checksum(bytes, size, load);
}

/* ---- a loaded checkpoint ---- */

/* What was loaded is saved as the same state. */
static void save_state(bp_snapshot *snapshot)
{
    bp_snapshot *other = NULL;
    unsigned char *bytes;
    size_t size = 0;

    need(bp_snapshot_save_memory(snapshot, NULL, 0, &size) == BP_ELIMIT);
    bytes = malloc(size);
    need(bytes != NULL);
    need(bp_snapshot_save_memory(snapshot, bytes, size, &size) == BP_OK);
    need(bp_snapshot_create(NULL, &other) == BP_OK);
    need(bp_snapshot_load_memory(other, bytes, size, NULL) == BP_OK);
    need(bp_snapshot_tensors(other) == bp_snapshot_tensors(snapshot));
    need(bp_snapshot_numbers(other) == bp_snapshot_numbers(snapshot));
    bp_snapshot_destroy(other);
    free(bytes);
}

/* A trainer alike takes it, or says why not. */
static void restore(const bp_snapshot *snapshot, const bp_env *env)
{
    const float inputs[4] = {1, 2, 3, 4}, targets[4] = {1, 0, 0, 1};
    bp_network *network = NULL;
    bp_cost *cost = NULL;
    bp_optimizer *adam = NULL;
    bp_trainer *trainer = NULL;

    need(bp_network_create(2, env, &network) == BP_OK);
    need(bp_network_add_dense(network, 3, BP_ACTIVATION_TANH) == BP_OK);
    need(bp_network_add_dense(network, 2, BP_ACTIVATION_LINEAR) == BP_OK);
    need(bp_network_build(network, 1) == BP_OK);
    need(bp_cost_create(BP_COST_MSE, env, &cost) == BP_OK);
    need(bp_optimizer_create(BP_OPTIMIZER_ADAM, env, &adam) == BP_OK);
    need(bp_trainer_create(network, cost, adam, &trainer) == BP_OK);
    need(bp_trainer_set(trainer, BP_TRAINER_BATCH, 4) == BP_OK);
    need(bp_trainer_build(trainer, 1) == BP_OK);
    if (bp_trainer_restore(trainer, snapshot) != BP_OK)
        look_at_line(bp_trainer_error(trainer));
    (void)bp_trainer_step(trainer, inputs, 4, targets, 4, NULL);
    bp_trainer_destroy(trainer);
    bp_optimizer_destroy(adam);
    bp_cost_destroy(cost);
    bp_network_destroy(network);
}

static void load_state(const uint8_t *bytes, size_t size)
{
    struct memory memory;
    bp_snapshot *snapshot = NULL;
    bp_load_options options;

    memory_begin(&memory);
    need(bp_load_options_init(&options) == BP_OK);
    options.memory_limit = 1 << 20;
    need(bp_snapshot_create(&memory.env, &snapshot) == BP_OK);
    if (bp_snapshot_load_memory(snapshot, bytes, size, &options) == BP_OK) {
        save_state(snapshot);
        restore(snapshot, &memory.env);
    } else {
        look_at_line(bp_snapshot_error(snapshot));
        need(bp_snapshot_tensors(snapshot) == 0);
    }
    bp_snapshot_destroy(snapshot);
    memory_end(&memory);
}

void fuzz_checkpoint(const uint8_t *bytes, size_t size)
{
    with_checksum(bytes, size, load_state);
}

void fuzz_import(const uint8_t *bytes, size_t size)
{
    struct memory memory;
    bp_network *network = NULL;

    memory_begin(&memory);
    need(bp_network_create(2, &memory.env, &network) == BP_OK);
    need(bp_network_add_dense(network, 3, BP_ACTIVATION_TANH) == BP_OK);
    need(bp_network_add_dense(network, 2, BP_ACTIVATION_SOFTMAX) == BP_OK);
    need(bp_network_build(network, 1) == BP_OK);
    if (bp_network_import_memory(network, bytes, size, NULL) != BP_OK)
        look_at_line(bp_network_error(network));
    bp_network_destroy(network);
    memory_end(&memory);
}

/* ---- data sets ---- */

typedef bp_status (*parse_fn)(bp_dataset *dataset, const uint8_t *bytes, size_t size);

static void read_data(const uint8_t *bytes, size_t size, parse_fn parse)
{
    struct memory memory;
    bp_dataset *dataset = NULL;

    memory_begin(&memory);
    need(bp_dataset_create(&memory.env, &dataset) == BP_OK);
    if (parse(dataset, bytes, size) != BP_OK) {
        look_at_line(bp_dataset_error(dataset));
        need(bp_dataset_rows(dataset) == 0 && bp_dataset_inputs(dataset) == 0);
    } else {
        need(bp_dataset_rows(dataset) > 0);
        need(bp_dataset_shuffle(dataset, 1) != BP_EINVAL);
    }
    bp_dataset_destroy(dataset);
    memory_end(&memory);
}

/* The first byte chooses among the options. */
static bp_status parse_csv(bp_dataset *dataset, const uint8_t *bytes, size_t size)
{
    const int chosen = size > 0 ? bytes[0] : 0;
    bp_csv_options options;

    need(bp_csv_options_init(&options) == BP_OK);
    options.has_header = chosen & 1;
    options.drop_missing = chosen >> 1 & 1;
    options.target_kind = chosen >> 2 & 1;
    options.separator = chosen & 8 ? ';' : ',';
    options.one_hot = chosen >> 4 & 1;
    return bp_dataset_parse_csv(dataset, size > 0 ? bytes + 1 : bytes,
                                size > 0 ? size - 1 : 0, &options);
}

/* The first byte says how much of the rest is the second file. */
static size_t first_part(const uint8_t *bytes, size_t size)
{
    return size > 1 ? (size - 1) * (256 - (size_t)bytes[0]) / 256 : 0;
}

static bp_status parse_idx(bp_dataset *dataset, const uint8_t *bytes, size_t size)
{
    const size_t first = first_part(bytes, size);

    if (size < 2 || bytes[0] == 0)
        return bp_dataset_parse_idx(dataset, bytes + (size > 0), size - (size > 0), NULL,
                                    0);
    return bp_dataset_parse_idx(dataset, bytes + 1, first, bytes + 1 + first,
                                size - 1 - first);
}

static bp_status parse_npy(bp_dataset *dataset, const uint8_t *bytes, size_t size)
{
    const size_t first = first_part(bytes, size);

    if (size < 2 || bytes[0] == 0)
        return bp_dataset_parse_npy(dataset, bytes + (size > 0), size - (size > 0), NULL,
                                    0);
    return bp_dataset_parse_npy(dataset, bytes + 1, first, bytes + 1 + first,
                                size - 1 - first);
}

void fuzz_csv(const uint8_t *bytes, size_t size)
{
    read_data(bytes, size, parse_csv);
}

void fuzz_idx(const uint8_t *bytes, size_t size)
{
    read_data(bytes, size, parse_idx);
}

void fuzz_npy(const uint8_t *bytes, size_t size)
{
    read_data(bytes, size, parse_npy);
}

/* ---- networks from bytes ---- */

/* The bytes one after the other, then zeros. */
struct stream {
    const uint8_t *bytes;
    size_t left;
};

static uint8_t next(struct stream *stream)
{
    if (stream->left == 0)
        return 0;
    stream->left--;
    return *stream->bytes++;
}

static void add_layer(bp_network *network, struct stream *stream, const bp_env *env)
{
    const int32_t activation = next(stream) % 15;
    bp_layer *layer = NULL;
    bp_status status;

    if (next(stream) % 3 == 0)
        status = bp_layer_create_activation(activation, env, &layer);
    else
        status = bp_layer_create_dense(1 + next(stream) % 20u, activation, env, &layer);
    need(status == BP_OK);
    for (int32_t key = BP_LAYER_BIAS; key <= BP_LAYER_GAIN; key++)
        (void)bp_layer_set(layer, key, next(stream) / 16.0);
    need(bp_network_add(network, layer) == BP_OK);
    bp_layer_destroy(layer);
}

static bp_network *make_network(struct stream *stream, const bp_env *env)
{
    bp_network *network = NULL;
    const int layers = 1 + next(stream) % 6;

    need(bp_network_create(1 + next(stream) % 20u, env, &network) == BP_OK);
    need(bp_network_set(network, BP_NETWORK_PRECISION, 1 + next(stream) % 2) == BP_OK);
    for (int i = 0; i < layers; i++)
        add_layer(network, stream, env);
    need(bp_network_build(network, next(stream)) == BP_OK);
    return network;
}

static bp_network *load_again(const uint8_t *bytes, size_t size, bp_bundle **bundle,
                              const bp_env *env)
{
    need(bp_bundle_create(env, bundle) == BP_OK);
    need(bp_bundle_load_memory(*bundle, bytes, size, NULL) == BP_OK);
    return bp_bundle_get_network(*bundle);
}

void fuzz_round_trip(const uint8_t *bytes, size_t size)
{
    struct stream stream = {bytes, size};
    struct memory memory;
    bp_network *network;
    bp_bundle *bundle = NULL;
    uint8_t *first;
    uint8_t *second;
    size_t needed = 0;

    memory_begin(&memory);
    network = make_network(&stream, &memory.env);
    need(bp_network_save_memory(network, NULL, NULL, 0, &needed) == BP_ELIMIT);
    first = malloc(needed);
    second = malloc(needed);
    need(first != NULL && second != NULL);
    need(bp_network_save_memory(network, NULL, first, needed, &needed) == BP_OK);
    need(bp_network_save_memory(load_again(first, needed, &bundle, &memory.env), NULL,
                                second, needed, &needed) == BP_OK);
    need(memcmp(first, second, needed) == 0);
    bp_bundle_destroy(bundle);
    need(bp_network_export_onnx_memory(network, NULL, NULL, 0, &needed) == BP_ELIMIT);
    bp_network_destroy(network);
    free(first);
    free(second);
    memory_end(&memory);
}

/* ---- calls in any order ---- */

struct objects {
    struct memory memory;
    bp_network *network;
    bp_cost *cost;
    bp_optimizer *optimizer;
    bp_trainer *trainer;
    bp_dataset *data;
};

static void train(struct objects *o, struct stream *stream)
{
    double cost;

    if (o->trainer == NULL && o->network != NULL && o->cost != NULL &&
        o->optimizer != NULL) {
        (void)bp_trainer_create(o->network, o->cost, o->optimizer, &o->trainer);
        if (o->trainer != NULL)
            (void)bp_trainer_build(o->trainer, next(stream));
    }
    if (o->trainer != NULL && o->data != NULL)
        (void)bp_trainer_epoch(o->trainer, o->data, &cost);
}

static void one_call(struct objects *o, struct stream *stream)
{
    const bp_env *env = &o->memory.env;

    switch (next(stream) % 10) {
    case 0:
        if (o->network == NULL)
            o->network = make_network(stream, env);
        break;
    case 1:
        if (o->cost == NULL)
            (void)bp_cost_create(next(stream) % 14, env, &o->cost);
        break;
    case 2:
        if (o->optimizer == NULL)
            (void)bp_optimizer_create(1, env, &o->optimizer);
        break;
    case 3:
        if (o->data == NULL && bp_dataset_create(env, &o->data) == BP_OK)
            (void)bp_dataset_generate(o->data, 1 + next(stream) % 2,
                                      2 + next(stream) % 9u, 0.1, next(stream));
        break;
    case 4:
        if (o->optimizer != NULL)
            (void)bp_optimizer_set(o->optimizer, next(stream) % 7, next(stream) / 64.0);
        break;
    case 5:
        if (o->data != NULL)
            (void)bp_dataset_one_hot(o->data, 0, 1);
        break;
    case 6:
        if (o->network != NULL)
            (void)bp_network_initialise(o->network, next(stream));
        break;
    case 7:
        bp_trainer_destroy(o->trainer);
        o->trainer = NULL;
        break;
    default: train(o, stream); break;
    }
}

void fuzz_calls(const uint8_t *bytes, size_t size)
{
    struct stream stream = {bytes, size};
    struct objects o;

    memset(&o, 0, sizeof o);
    memory_begin(&o.memory);
    for (int calls = 0; stream.left > 0 && calls < 200; calls++)
        one_call(&o, &stream);
    bp_trainer_destroy(o.trainer);
    bp_network_destroy(o.network);
    bp_cost_destroy(o.cost);
    bp_optimizer_destroy(o.optimizer);
    bp_dataset_destroy(o.data);
    memory_end(&o.memory);
}

const struct fuzz_target fuzz_targets[] = {
    {"model", fuzz_model},
    {"import", fuzz_import},
    {"checkpoint", fuzz_checkpoint},
    {"csv", fuzz_csv},
    {"idx", fuzz_idx},
    {"npy", fuzz_npy},
    {"round_trip", fuzz_round_trip},
    {"calls", fuzz_calls},
    {NULL, NULL},
};
