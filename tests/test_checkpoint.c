/* SPDX-License-Identifier: MIT */
/*
 * Snapshots in files: nothing is lost on the way, what is malformed is refused by name
 * with its exact status, memory has a limit, and every call of the file table can fail.
 */
#include "bundle_forge.h"

#include "bundle.h"

enum { INPUTS = 2, OUTPUTS = 2, ROWS = 11 };

struct run {
    bp_network *network;
    bp_trainer *trainer;
    bp_dataset *data;
};

static void run_create(struct run *r, const bp_env *env, int32_t precision, uint64_t seed)
{
    const size_t widths[] = {INPUTS, 3, OUTPUTS};
    const struct net_recipe recipe = {
        env, widths, 3, BP_ACTIVATION_TANH, BP_ACTIVATION_LINEAR, precision};
    bp_optimizer *adam = NULL;

    ok(bp_optimizer_create(BP_OPTIMIZER_ADAM, NULL, &adam));
    r->network = make_network(&recipe, seed);
    r->trainer = make_trainer_with(r->network, BP_COST_MSE, adam, 4, seed);
    r->data = make_dataset(ROWS, INPUTS, OUTPUTS, env);
}

static void run_destroy(struct run *r)
{
    bp_trainer_destroy(r->trainer);
    bp_network_destroy(r->network);
    bp_dataset_destroy(r->data);
}

static struct forge bytes_of(bp_snapshot *snapshot)
{
    struct forge forge = {NULL, 0};

    assert_status(bp_snapshot_save_memory(snapshot, NULL, 0, &forge.size), BP_ELIMIT);
    forge.bytes = malloc(forge.size);
    assert_non_null(forge.bytes);
    assert_status(
        bp_snapshot_save_memory(snapshot, forge.bytes, forge.size - 1, &forge.size),
        BP_ELIMIT);
    ok(bp_snapshot_save_memory(snapshot, forge.bytes, forge.size, &forge.size));
    return forge;
}

static int32_t stop_at(const bp_progress *progress, void *user)
{
    return progress->step >= *(const uint64_t *)user;
}

/* A checkpoint in the middle of an epoch. */
static struct forge make_file(int32_t precision)
{
    struct run r;
    struct forge forge;
    bp_snapshot *snapshot = NULL;
    uint64_t at = 4;

    run_create(&r, NULL, precision, 1);
    assert_status(bp_trainer_fit(r.trainer, r.data, 9, stop_at, &at), BP_ESTOPPED);
    ok(bp_snapshot_create(NULL, &snapshot));
    ok(bp_snapshot_take(snapshot, r.trainer));
    forge = bytes_of(snapshot);
    bp_snapshot_destroy(snapshot);
    run_destroy(&r);
    return forge;
}

static bool same_bytes(const struct forge *a, const struct forge *b)
{
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* ---- there and back ---- */

static void there_and_back(void **state)
{
    for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
         precision++) {
        struct failing_env *host = *state;
        struct forge forge = make_file(precision);
        struct forge again;
        struct run r, whole;
        bp_snapshot *snapshot = NULL;
        const struct env_file *file;

        assert_int_equal((8 + forge_header_size(&forge)) % 64, 0);
        ok(bp_snapshot_create(&host->env, &snapshot));
        ok(bp_snapshot_load_memory(snapshot, forge.bytes, forge.size, NULL));
        ok(bp_snapshot_save(snapshot, "last"));
        ok(bp_snapshot_load(snapshot, "last", NULL));
        again = bytes_of(snapshot); /* numbers in the order of their names now */
        assert_int_equal(again.size, forge.size);
        file = failing_env_find_file(host, "last");
        assert_int_equal(file->size, again.size);
        assert_memory_equal(file->bytes, again.bytes, again.size);
        run_create(&r, &host->env, precision, 77);
        run_create(&whole, &host->env, precision, 1);
        ok(bp_trainer_restore(r.trainer, snapshot));
        ok(bp_trainer_fit(r.trainer, r.data, 4, NULL, NULL));
        ok(bp_trainer_fit(whole.trainer, whole.data, 5, NULL, NULL));
        assert_true(same_parameters(r.network, whole.network));
        run_destroy(&r);
        run_destroy(&whole);
        bp_snapshot_destroy(snapshot);
        forge_free(&forge);
        forge_free(&again);
    }
}

/* Tensors of both precisions: doubles go first, so that they lie on their boundary. */
static void both_precisions(void **state)
{
    const float f[] = {1, 2, 3};
    const double d[] = {4, 5};
    const bp_tensor first = {sizeof first, BP_PRECISION_F32, "f", 1, 3, f};
    const bp_tensor second = {sizeof second, BP_PRECISION_F64, "d", 2, 1, d};
    const bp_number_entry infinite = {sizeof infinite, 1, "odd", 0, INFINITY};
    bp_snapshot *snapshot = NULL;
    bp_tensor tensor = {.struct_size = sizeof tensor};
    struct forge forge, again;

    ok(bp_snapshot_create(env_of(state), &snapshot));
    assert_status(bp_snapshot_save(snapshot, "file"), BP_ESTATE);
    assert_line(bp_snapshot_error(snapshot), "holds no tensor");
    ok(bp_snapshot_add_tensor(snapshot, &first));
    ok(bp_snapshot_add_tensor(snapshot, &second));
    forge = bytes_of(snapshot);
    ok(bp_snapshot_load_memory(snapshot, forge.bytes, forge.size, NULL));
    ok(bp_snapshot_get_tensor(snapshot, 0, &tensor));
    assert_string_equal(tensor.name, "d");
    assert_memory_equal(tensor.values, d, sizeof d);
    again = bytes_of(snapshot);
    assert_true(same_bytes(&forge, &again));
    ok(bp_snapshot_add_number(snapshot, &infinite));
    assert_status(bp_snapshot_save(snapshot, "file"), BP_EDATA);
    assert_line(bp_snapshot_error(snapshot), "'odd' at inf");
    bp_snapshot_destroy(snapshot);
    forge_free(&forge);
    forge_free(&again);
}

/* Those of every version stay in tests/data for ever. */
static void files_of_all_versions(void **state)
{
    for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
         precision++) {
        bp_snapshot *snapshot = NULL;
        struct run r;
        char path[300];

        (void)snprintf(path, sizeof path, "%s/tests/data/checkpoint-1.0-%d.safetensors",
                       BP_SOURCE_DIR, (int)precision);
        ok(bp_snapshot_create(NULL, &snapshot));
        if (bp_snapshot_load(snapshot, path, NULL) != BP_OK)
            fail_msg("%s", bp_snapshot_error(snapshot));
        run_create(&r, env_of(state), precision, 9);
        ok(bp_trainer_restore(r.trainer, snapshot));
        run_destroy(&r);
        bp_snapshot_destroy(snapshot);
    }
}

/* ---- what is refused ---- */

/* Load into a snapshot that holds something, which stays if it is refused. */
static bp_status load(const struct forge *forge, const bp_load_options *options,
                      char *line)
{
    static const float one[] = {1};
    const bp_tensor held = {sizeof held, BP_PRECISION_F32, "held", 1, 1, one};
    struct failing_env host;
    bp_snapshot *snapshot = NULL;
    bp_tensor tensor = {.struct_size = sizeof tensor};
    bp_status status;

    failing_env_init(&host);
    ok(bp_snapshot_create(&host.env, &snapshot));
    ok(bp_snapshot_add_tensor(snapshot, &held));
    status = bp_snapshot_load_memory(snapshot, forge->bytes, forge->size, options);
    (void)snprintf(line, 256, "%s", bp_snapshot_error(snapshot));
    ok(bp_snapshot_get_tensor(snapshot, 0, &tensor));
    if (status != BP_OK)
        assert_string_equal(tensor.name, "held");
    bp_snapshot_destroy(snapshot);
    assert_env_clean(&host);
    failing_env_free(&host);
    return status;
}

struct row {
    const char *name, *from, *to;
    bp_status status;
    const char *words;
};

static const struct row rows[] = {
    {"no format", "\"format\":", "\"Format\":", BP_EDATA, "'format' is missing"},
    {"a model", "backprop-checkpoint 1.0", "backprop 1.0", BP_EDATA, "as \"backprop-c"},
    {"no version", "checkpoint 1.0", "checkpoint ", BP_EDATA, "as \"backprop-c"},
    {"version 0", "checkpoint 1.0", "checkpoint 0.1", BP_EDATA, "as \"backprop-c"},
    {"a newer major", "checkpoint 1.0", "checkpoint 2.0", BP_EUNSUPPORTED, "version 2"},
    {"no library", "\"library\":", "\"Library\":", BP_EDATA, "'library' is missing"},
    {"odd library", "\"library\":\"", "\"library\":\"x", BP_EDATA, "a version"},
    {"no numerics", "\"numerics\":", "\"Numerics\":", BP_EDATA, "'numerics' is missing"},
    {"numerics 0", "\"numerics\":\"1\"", "\"numerics\":\"0\"", BP_EDATA, "from 1 on"},
    {"no checksum", "\"checksum\":", "\"Checksum\":", BP_EDATA, "'checksum' is missing"},
    {"unknown word", "\"whole.trainer.seed\"", "\"trainer.seed\"", BP_EDATA,
     "has no meaning here"},
    {"nameless number", "\"whole.trainer.seed\"", "\"whole.\"", BP_EDATA, "a name of 1"},
    {"name with a space", "\"whole.trainer.seed\"", "\"whole.trainer seed\"", BP_EDATA,
     "a name of 1"},
    {"name of 64 bytes", "\"whole.trainer.seed\"",
     "\"whole.a234567890123456789012345678901234567890123456789012345678901234\"",
     BP_EDATA, "a name of 1"},
    {"whole with a point", "\"whole.trainer.seed\":\"1\"",
     "\"whole.trainer.seed\":\"1.0\"", BP_EDATA, "a whole number"},
    {"negative whole", "\"whole.trainer.seed\":\"1\"", "\"whole.trainer.seed\":\"-1\"",
     BP_EDATA, "a whole number"},
    {"whole of 2^64", "\"whole.trainer.seed\":\"1\"",
     "\"whole.trainer.seed\":\"18446744073709551616\"", BP_EDATA, "a whole number"},
    {"real that is none", "\"real.plateau.best\":\"0\"", "\"real.plateau.best\":\"nan\"",
     BP_EDATA, "expected a number"},
    {"a number twice", "\"real.plateau.best\"", "\"real.trainer.seed\"", BP_EDATA,
     "'trainer.seed' is there twice"},
    {"tensor in F16", "\"layers.0.bias\":{\"dtype\":\"F32\",\"shape\":[1,3]",
     "\"layers.0.bias\":{\"dtype\":\"F16\",\"shape\":[2,3]", BP_EDATA, "no F32 or F64"},
    {"tensor of one dimension", "\"layers.0.bias\":{\"dtype\":\"F32\",\"shape\":[1,3]",
     "\"layers.0.bias\":{\"dtype\":\"F32\",\"shape\":[3]", BP_EDATA, "two dimensions"},
    {"tensor with a bad name", "\"layers.0.bias\":{", "\"0.bias\":{", BP_EDATA,
     "with a name of letters"},
    {"a dimension too much", "\"shape\":[1,3]", "\"shape\":[1,4]", BP_EDATA, "0.bias"},
    {"a dimension of 0", "\"shape\":[1,3]", "\"shape\":[0,3]", BP_EDATA, "at least 1"},
};

static void named(void **state)
{
    char line[256];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct forge forge = make_file(BP_PRECISION_F32);
        bp_status status;

        forge_replace(&forge, rows[i].from, rows[i].to);
        forge_seal(&forge);
        status = load(&forge, NULL, line);
        if (status != rows[i].status || strstr(line, rows[i].words) == NULL)
            fail_msg("%s: %d, '%s'", rows[i].name, (int)status, line);
        forge_free(&forge);
    }
    print_message("%zu malformed checkpoints refused\n", COUNT(rows));
}

static void others(void **state)
{
    static const char none[] = "{\"__metadata__\":{\"checksum\":\"00000000\",\"format\":"
                               "\"backprop-checkpoint 1.0\",\"library\":\"0.1.0\","
                               "\"numerics\":\"1\"}}";
    static const char mixed[] =
        "{\"__metadata__\":{\"checksum\":\"00000000\",\"format\":"
        "\"backprop-checkpoint 1.0\",\"library\":\"0.1.0\",\"numerics\":\"1\"},"
        "\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
        "\"b\":{\"dtype\":\"F64\",\"shape\":[1,1],\"data_offsets\":[8,16]}}";
    struct forge forge = forge_make(none, 0);
    char line[256];

    (void)state;
    assert_int_equal(load(&forge, NULL, line), BP_EDATA);
    assert_line(line, "there is no tensor");
    forge_free(&forge);
    forge = forge_make(mixed, 16);
    assert_int_equal(load(&forge, NULL, line), BP_EDATA);
    assert_line(line, "F64 behind one in F32");
    forge_free(&forge);
    forge = make_file(BP_PRECISION_F32);
    memset(forge.bytes + forge.size - 4, 0xFF, 4);
    forge_checksum(&forge);
    assert_int_equal(load(&forge, NULL, line), BP_EDATA);
    assert_line(line, "holds a number that is not finite");
    forge_free(&forge);
    forge = make_file(BP_PRECISION_F32); /* a newer minor may say more */
    forge_replace(&forge, "checkpoint 1.0\"", "checkpoint 1.9\",\"more\":\"words\"");
    forge_seal(&forge);
    assert_int_equal(load(&forge, NULL, line), BP_OK);
    forge_free(&forge);
    forge = forge_model(0); /* a model is no checkpoint */
    assert_int_equal(load(&forge, NULL, line), BP_EDATA);
    assert_line(line, "metadata \"format\" is");
    forge_free(&forge);
}

static void limits(void **state)
{
    struct forge forge = make_file(BP_PRECISION_F32);
    const size_t data = forge.size - 8 - forge_header_size(&forge);
    bp_load_options options;
    char line[256];

    (void)state;
    ok(bp_load_options_init(&options));
    options.memory_limit = data;
    assert_int_equal(load(&forge, &options, line), BP_OK);
    options.memory_limit = data - 1;
    assert_int_equal(load(&forge, &options, line), BP_ELIMIT);
    assert_line(line, "options.memory_limit is");
    ok(bp_load_options_init(&options));
    options.header_limit = forge_header_size(&forge) - 1;
    assert_int_equal(load(&forge, &options, line), BP_ELIMIT);
    options.header_limit = 0;
    assert_int_equal(load(&forge, &options, line), BP_EINVAL);
    forge_free(&forge);
}

/* The tensors once, the header twice, the mover, and little more. */
static void memory_of_a_load(void **state)
{
    struct failing_env *host = *state;
    float *values = calloc(500000, sizeof *values);
    const bp_tensor large = {sizeof large, BP_PRECISION_F32, "large", 1000, 500, values};
    bp_snapshot *snapshot = NULL;
    struct forge forge;

    assert_non_null(values);
    ok(bp_snapshot_create(&host->env, &snapshot));
    ok(bp_snapshot_add_tensor(snapshot, &large));
    forge = bytes_of(snapshot);
    bp_snapshot_destroy(snapshot);
    host->peak_bytes = 0;
    ok(bp_snapshot_create(&host->env, &snapshot));
    ok(bp_snapshot_load_memory(snapshot, forge.bytes, forge.size, NULL));
    assert_true(host->peak_bytes <= 2000000 + 2 * forge_header_size(&forge) +
                                        sizeof(struct bp_mover) + 16384);
    bp_snapshot_destroy(snapshot);
    forge_free(&forge);
    free(values);
}

static bool is_refusal(bp_status status)
{
    return status == BP_EDATA || status == BP_ELIMIT || status == BP_EUNSUPPORTED;
}

static void every_byte_and_every_end(void **state)
{
    struct forge forge = make_file(BP_PRECISION_F32);
    char line[256];
    size_t tried = 0;

    (void)state;
    for (size_t at = 0; at < forge.size; at++)
        for (int bit = 0; bit < 9; bit++) {
            const int bits = bit < 8 ? 1 << bit : 0xFF;

            forge.bytes[at] ^= (unsigned char)bits;
            if (!is_refusal(load(&forge, NULL, line)))
                fail_msg("byte %zu, bits %d: '%s'", at, bits, line);
            forge.bytes[at] ^= (unsigned char)bits;
            tried++;
        }
    while (forge.size > 0) {
        forge.size--;
        tried++;
        if (!is_refusal(load(&forge, NULL, line)))
            fail_msg("size %zu: '%s'", forge.size, line);
    }
    print_message("%zu damaged checkpoints refused\n", tried);
    forge_free(&forge);
}

/* ---- file calls that fail ---- */

static bp_snapshot *loaded(const bp_env *env, const struct forge *forge)
{
    bp_snapshot *snapshot = NULL;

    ok(bp_snapshot_create(env, &snapshot));
    ok(bp_snapshot_load_memory(snapshot, forge->bytes, forge->size, NULL));
    return snapshot;
}

static bool holds(struct failing_env *host, const struct forge *forge)
{
    const struct env_file *file = failing_env_find_file(host, "file");

    return file != NULL && file->size == forge->size &&
           memcmp(file->bytes, forge->bytes, forge->size) == 0;
}

static bool save_failing(struct failing_env *host, bp_snapshot *snapshot,
                         const struct forge files[2], size_t nth, int32_t code)
{
    bp_status status;
    bool reached;

    while (host->file_count > 0)
        (void)host->files.remove(host->file[0].path, host);
    (void)failing_env_add_file(host, "file", files[0].bytes, files[0].size);
    failing_env_arm_files(host, nth, code);
    status = bp_snapshot_save(snapshot, "file");
    reached = host->file_calls >= nth;
    failing_env_arm_files(host, 0, 0);
    assert_int_equal(host->open_files, 0);
    assert_true(status == BP_OK || (status == BP_EIO && reached));
    assert_true(holds(host, &files[1]) || (status != BP_OK && holds(host, &files[0])));
    assert_null(failing_env_find_file(host, "file.bp-save"));
    return reached;
}

static void every_call_of_a_save(void **state)
{
    static const int32_t codes[] = {5 /* EIO */, 28 /* ENOSPC */, 4 /* EINTR */};
    struct failing_env *host = *state;
    struct forge made = make_file(BP_PRECISION_F64);
    bp_snapshot *snapshot = loaded(&host->env, &made);
    struct forge files[2] = {make_file(BP_PRECISION_F32), bytes_of(snapshot)};

    for (size_t c = 0; c < COUNT(codes); c++) {
        size_t nth = 1;

        while (save_failing(host, snapshot, files, nth, codes[c]))
            nth++;
        assert_true(nth > 8);
    }
    bp_snapshot_destroy(snapshot);
    forge_free(&made);
    forge_free(&files[0]);
    forge_free(&files[1]);
}

static void every_call_of_a_load(void **state)
{
    static const size_t chunks[] = {0, 100};
    struct failing_env *host = *state;
    struct forge forge = make_file(BP_PRECISION_F32);
    struct env_file *file = failing_env_add_file(host, "file", forge.bytes, forge.size);
    bp_snapshot *snapshot = NULL;

    ok(bp_snapshot_create(&host->env, &snapshot));
    for (size_t k = 0; k < COUNT(chunks); k++) {
        size_t calls;

        file->chunk = chunks[k];
        failing_env_arm_files(host, 0, 0);
        ok(bp_snapshot_load(snapshot, "file", NULL));
        calls = host->file_calls;
        for (size_t nth = 1; nth <= calls; nth++) {
            failing_env_arm_files(host, nth, 5 /* EIO */);
            assert_status(bp_snapshot_load(snapshot, "file", NULL), BP_EIO);
            assert_line(bp_snapshot_error(snapshot), "'file': input or output error");
            assert_int_equal(host->open_files, 0);
            assert_true(bp_snapshot_tensors(snapshot) > 0);
        }
    }
    failing_env_arm_files(host, 0, 0);
    file->size--;
    assert_status(bp_snapshot_load(snapshot, "file", NULL), BP_EDATA);
    assert_line(bp_snapshot_error(snapshot), "file: the tensors have");
    file->size++;
    bp_snapshot_destroy(snapshot);
    forge_free(&forge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(there_and_back),
        HOST_TEST(both_precisions),
        HOST_TEST(files_of_all_versions),
        cmocka_unit_test(named),
        cmocka_unit_test(others),
        cmocka_unit_test(limits),
        HOST_TEST(memory_of_a_load),
        cmocka_unit_test(every_byte_and_every_end),
        HOST_TEST(every_call_of_a_save),
        HOST_TEST(every_call_of_a_load),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
