/* SPDX-License-Identifier: MIT */
/* Bad arguments: models in files. See badargs.h. What is wrong with the bytes of a file
 * is in tests/test_bundle_*.c. */
#include "badargs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static bp_status refused(bool answer)
{
    return answer ? BP_EINVAL : BP_OK;
}

/* Each row is refused by both calls, with @p object's line. */
#define BAD_SAVE(parameter, word, what, status, object)                                  \
    do {                                                                                 \
        BAD_SAYS(bp_network_save, parameter, word, what, status, object,                 \
                 bp_network_save(object, "new", options));                               \
        BAD_SAYS(bp_network_save_memory, parameter, word, what, status, object,          \
                 bp_network_save_memory(object, options, w->out.bytes, WORLD_MODEL_SIZE, \
                                        &w->out.count));                                 \
    } while (0)

static void test_save_options(void **state)
{
    struct world *w = *state;
    static const char *const none[WORLD_INPUTS] = {"a", NULL, "c"};
    static const char *const bad[WORLD_INPUTS] = {"a", "\xff", "c"};
    bp_save_options changed = w->save_all;
    const bp_save_options *options = &changed;
    bp_cost *probabilities;

    changed.struct_size++;
    BAD_SAVE(options, "options", "a wrong struct_size", BP_EINVAL, w->net);
    changed = w->save_all;
    changed.class_count = 0;
    BAD_SAVE(options, "class_count", "names, and none of them", BP_EINVAL, w->net);
    changed = w->save_all;
    changed.class_names = NULL;
    BAD_SAVE(options, "class_count", "no names, and some", BP_EINVAL, w->net);
    changed = w->save_all;
    changed.input_count = 0;
    BAD_SAVE(options, "input_count", "names, and none of them", BP_EINVAL, w->net);
    changed = w->save_all;
    changed.input_names = NULL;
    BAD_SAVE(options, "input_count", "no names, and some", BP_EINVAL, w->net);
    changed = w->save_all;
    changed.input_count = 1;
    BAD_SAVE(options, "input_count", "too few", BP_ESHAPE, w->net);
    changed = w->save_all;
    changed.input_names = none;
    BAD_SAVE(options, "options", "a name is NULL", BP_EINVAL, w->net);
    changed.input_names = bad;
    BAD_SAVE(options, "options", "a name is not UTF-8", BP_EDATA, w->net);
    changed = w->save_all;
    changed.scaler = w->unfitted;
    BAD_SAVE(options, "scaler", "not fitted", BP_ESTATE, w->net);
    changed = w->save_all;
    changed.input_names = NULL;
    changed.input_count = 0;
    BAD_SAVE(options, "scaler", "another width", BP_ESHAPE, w->other);
    changed = w->save_all;
    probabilities = make_cost(BP_COST_CROSS_ENTROPY, NULL);
    changed.cost = probabilities;
    BAD_SAVE(options, "cost", "does not fit", BP_EDOMAIN, w->net);
    bp_cost_destroy(probabilities);
}

static void test_save(void **state)
{
    struct world *w = *state;
    const bp_save_options *options = NULL;

    BAD(bp_save_options_init, options, "NULL", BP_EINVAL, NOTHING,
        bp_save_options_init(NULL));
    BAD(bp_network_save, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_save(NULL, "new", NULL));
    BAD(bp_network_save, path, "NULL", BP_EINVAL, w->net,
        bp_network_save(w->net, NULL, NULL));
    BAD_SAVE(state, "state", "not built", BP_ESTATE, w->open);
    BAD(bp_network_save_memory, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_save_memory(NULL, NULL, w->out.bytes, WORLD_MODEL_SIZE,
                               &w->out.count));
    BAD(bp_network_save_memory, bytes, "NULL", BP_EINVAL, w->net,
        bp_network_save_memory(w->net, NULL, NULL, 1, &w->out.count));
    BAD(bp_network_save_memory, size, "NULL", BP_EINVAL, w->net,
        bp_network_save_memory(w->net, NULL, w->out.bytes, WORLD_MODEL_SIZE, NULL));
}

/* The size is an output also then. */
static void test_capacity(void **state)
{
    struct world *w = *state;
    size_t needed = 0;
    size_t again = 0;

    assert_status(bp_network_save_memory(w->net, NULL, NULL, 0, &needed), BP_ELIMIT);
    assert_true(needed > 0 && needed < WORLD_MODEL_SIZE);
    BAD(bp_network_save_memory, capacity, "0", BP_ELIMIT, w->net,
        bp_network_save_memory(w->net, NULL, w->out.bytes, 0, &again));
    BAD(bp_network_save_memory, capacity, "one too few", BP_ELIMIT, w->net,
        bp_network_save_memory(w->net, NULL, w->out.bytes, needed - 1, &again));
    assert_int_equal(again, needed);
}

#define BAD_LOAD(parameter, word, what, status, object)                            \
    do {                                                                           \
        BAD_SAYS(bp_bundle_load, parameter, word, what, status, object,            \
                 bp_bundle_load(object, "own.model", options));                    \
        BAD_SAYS(bp_bundle_load_memory, parameter, word, what, status, object,     \
                 bp_bundle_load_memory(object, file->bytes, file->size, options)); \
    } while (0)

static void test_load_options(void **state)
{
    struct world *w = *state;
    const struct env_file *file = failing_env_find_file(&w->host, "own.model");
    bp_load_options changed = w->load_own;
    const bp_load_options *options = &changed;

    changed.struct_size--;
    BAD_LOAD(options, "options", "a wrong struct_size", BP_EINVAL, w->nothing);
    changed = w->load_own;
    changed.header_limit = 0;
    BAD_LOAD(options, "header_limit", "0", BP_EINVAL, w->nothing);
    changed.header_limit = (1u << 24) + 1;
    BAD_LOAD(options, "header_limit", "over 16 MiB", BP_EINVAL, w->nothing);
    changed = w->load_own;
    changed.isa = 99;
    BAD_LOAD(options, "isa", "unknown", BP_EINVAL, w->nothing);
    changed = w->load_own;
    changed.activations = NULL;
    BAD_LOAD(options, "activations", "NULL", BP_EINVAL, w->nothing);
    changed = w->load_own;
    changed.layers = NULL;
    BAD_LOAD(options, "layers", "NULL", BP_EINVAL, w->nothing);
    changed = w->load_own;
    changed.costs = NULL;
    BAD_LOAD(options, "costs", "NULL", BP_EINVAL, w->nothing);
    changed = w->load_own;
    BAD_LOAD(state, "state", "loaded", BP_ESTATE, w->loaded);
}

static void test_load(void **state)
{
    struct world *w = *state;
    const struct env_file *file = failing_env_find_file(&w->host, "net.model");

    BAD(bp_load_options_init, options, "NULL", BP_EINVAL, NOTHING,
        bp_load_options_init(NULL));
    BAD(bp_bundle_load, bundle, "NULL", BP_EINVAL, NOTHING,
        bp_bundle_load(NULL, "net.model", NULL));
    BAD(bp_bundle_load, path, "NULL", BP_EINVAL, w->nothing,
        bp_bundle_load(w->nothing, NULL, NULL));
    BAD_SAYS(bp_bundle_load, path, "'nowhere'", "no such file", BP_EIO, w->nothing,
             bp_bundle_load(w->nothing, "nowhere", NULL));
    BAD(bp_bundle_load_memory, bundle, "NULL", BP_EINVAL, NOTHING,
        bp_bundle_load_memory(NULL, file->bytes, file->size, NULL));
    BAD(bp_bundle_load_memory, bytes, "NULL", BP_EINVAL, w->nothing,
        bp_bundle_load_memory(w->nothing, NULL, 0, NULL));
    BAD_SAYS(bp_bundle_load_memory, size, "data", "0", BP_EDATA, w->nothing,
             bp_bundle_load_memory(w->nothing, file->bytes, 0, NULL));
    BAD_SAYS(bp_bundle_load_memory, size, "bytes", "one too few", BP_EDATA, w->nothing,
             bp_bundle_load_memory(w->nothing, file->bytes, file->size - 1, NULL));
}

static void test_bundle(void **state)
{
    struct world *w = *state;

    BAD_ENVS(bp_bundle_create, bp_bundle_create(env, &w->out.bundle));
    BAD(bp_bundle_create, bundle, "NULL", BP_EINVAL, NOTHING,
        bp_bundle_create(w->env, NULL));
    ANY(bp_bundle_destroy, bundle, "accepts NULL");
    BAD(bp_bundle_error, bundle, "NULL", BP_EINVAL, NOTHING,
        refused(bp_bundle_error(NULL) != NULL && bp_bundle_error(NULL)[0] == '\0'));
    BAD(bp_bundle_get_network, bundle, "NULL", BP_EINVAL, NOTHING,
        refused(bp_bundle_get_network(NULL) == NULL));
    BAD(bp_bundle_get_network, bundle, "empty", BP_EINVAL, NOTHING,
        refused(bp_bundle_get_network(w->nothing) == NULL));
    BAD(bp_bundle_get_cost, bundle, "NULL", BP_EINVAL, NOTHING,
        refused(bp_bundle_get_cost(NULL) == NULL));
    BAD(bp_bundle_get_scaler, bundle, "NULL", BP_EINVAL, NOTHING,
        refused(bp_bundle_get_scaler(NULL) == NULL));
    BAD(bp_bundle_classes, bundle, "NULL", BP_EINVAL, NOTHING,
        refused(bp_bundle_classes(NULL) == 0));
    BAD(bp_bundle_class_name, bundle, "NULL", BP_EINVAL, NOTHING,
        refused(bp_bundle_class_name(NULL, 0) == NULL));
    BAD(bp_bundle_class_name, index, "past the end", BP_EINVAL, NOTHING,
        refused(bp_bundle_class_name(w->loaded, 2) == NULL));
    BAD(bp_bundle_input_name, bundle, "NULL", BP_EINVAL, NOTHING,
        refused(bp_bundle_input_name(NULL, 0) == NULL));
    BAD(bp_bundle_input_name, col, "past the end", BP_EINVAL, NOTHING,
        refused(bp_bundle_input_name(w->loaded, SIZE_MAX) == NULL));
}

static void test_import(void **state)
{
    struct world *w = *state;
    bp_import_options wrong = w->import;
    static const char *const other[] = {"0.weight", "0.bias", "2.weight", "3.bias"};
    static const char *const none[] = {"0.weight", "0.bias", NULL, "2.bias"};
    const size_t size = WORLD_IMPORT_SIZE;

    BAD(bp_import_options_init, options, "NULL", BP_EINVAL, NOTHING,
        bp_import_options_init(NULL));
    BAD(bp_network_import, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_import(NULL, "net.import", NULL));
    BAD(bp_network_import, path, "NULL", BP_EINVAL, w->net,
        bp_network_import(w->net, NULL, NULL));
    BAD_SAYS(bp_network_import, path, "'nowhere'", "no such file", BP_EIO, w->net,
             bp_network_import(w->net, "nowhere", NULL));
    BAD(bp_network_import, state, "not built", BP_ESTATE, w->open,
        bp_network_import(w->open, "net.import", NULL));
    BAD(bp_network_import, state, "another network", BP_EDATA, w->unit,
        bp_network_import(w->unit, "net.import", NULL));
    BAD(bp_network_import_memory, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_import_memory(NULL, world_import, size, NULL));
    BAD(bp_network_import_memory, bytes, "NULL", BP_EINVAL, w->net,
        bp_network_import_memory(w->net, NULL, size, NULL));
    for (size_t cut = 0; cut < size; ++cut)
        BAD_SAYS(bp_network_import_memory, size, "data", "cut", BP_EDATA, w->net,
                 bp_network_import_memory(w->net, world_import, cut, NULL));
    wrong.struct_size++;
    BAD(bp_network_import, options, "a wrong struct_size", BP_EINVAL, w->net,
        bp_network_import(w->net, "net.import", &wrong));
    wrong = w->import;
    wrong.names = NULL;
    BAD_SAYS(bp_network_import, options, "names", "NULL", BP_EINVAL, w->net,
             bp_network_import(w->net, "net.import", &wrong));
    wrong = w->import;
    wrong.name_count = 3;
    BAD_SAYS(bp_network_import_memory, options, "name_count", "one less", BP_EINVAL,
             w->net, bp_network_import_memory(w->net, world_import, size, &wrong));
    wrong = w->import;
    wrong.names = none;
    BAD(bp_network_import_memory, options, "a name is NULL", BP_EINVAL, w->net,
        bp_network_import_memory(w->net, world_import, size, &wrong));
    wrong.names = other;
    BAD_SAYS(bp_network_import_memory, options, "tensor", "not in the file", BP_EDATA,
             w->net, bp_network_import_memory(w->net, world_import, size, &wrong));
}

BAD_GROUP(test_save_options, test_save, test_capacity, test_load_options, test_load,
          test_bundle, test_import)
