/* SPDX-License-Identifier: MIT */
/*
 * Streams: the same bits as from memory, in windows that are shuffled, with and without a
 * thread that fetches ahead; what a source says when it fails; files piece by piece.
 */
#include "unit_helpers.h"

#include <pthread.h>

enum { ROWS = 203, INPUTS = 6, CLASSES = 3, BATCH = 8, EPOCHS = 3 };

/* Rows that are known by their place. */
struct source {
    float x[ROWS * INPUTS];
    int32_t labels[ROWS];
    float weights[ROWS];
    bool moving; /* other rows in every epoch */
    uint64_t fail_epoch;
    uint64_t fail_row; /* the call that has this row fails; ROWS: none */
    int32_t answer;
    const char *spoil; /* or it spoils what is named */
    size_t calls;
    bool elsewhere; /* a call came on another thread than the test's */
    pthread_t home;
};

static void source_init(struct source *source)
{
    memset(source, 0, sizeof *source);
    spread_f32(source->x, ROWS * INPUTS, 3);
    for (size_t i = 0; i < ROWS; i++) {
        source->labels[i] = (int32_t)(i * 7 % CLASSES);
        source->weights[i] = (float)(1 + i % 5) / 4;
    }
    source->fail_row = ROWS;
    source->home = pthread_self();
}

static bool has(const bp_rows *rows, const struct source *source)
{
    return source->fail_row < ROWS && rows->epoch == source->fail_epoch &&
           source->fail_row >= rows->first && source->fail_row - rows->first < rows->rows;
}

static void spoil(bp_rows *rows, const struct source *source)
{
    const size_t i = (size_t)(source->fail_row - rows->first);

    if (strcmp(source->spoil, "inputs") == 0)
        rows->inputs[i * INPUTS + 2] = NAN;
    else if (strcmp(source->spoil, "label") == 0)
        rows->labels[i] = CLASSES;
    else
        rows->weights[i] = -1;
}

/* Nothing is asserted here: it may be another thread. */
static int32_t fill(bp_rows *rows, void *user)
{
    struct source *source = user;
    const size_t first = (size_t)rows->first;

    source->calls++;
    if (!pthread_equal(source->home, pthread_self()))
        source->elsewhere = true;
    for (size_t i = 0; i < rows->rows * INPUTS; i++)
        rows->inputs[i] =
            source->x[first * INPUTS + i] + (source->moving ? (float)rows->epoch / 8 : 0);
    memcpy(rows->labels, source->labels + first, rows->rows * sizeof *rows->labels);
    if (rows->weights != NULL)
        memcpy(rows->weights, source->weights + first,
               rows->rows * sizeof *rows->weights);
    if (!has(rows, source))
        return 0;
    if (source->spoil != NULL)
        spoil(rows, source);
    return source->answer;
}

static bp_stream *open_stream(struct source *source, int32_t weighted, size_t window,
                              const bp_env *env)
{
    const bp_stream_shape shape = {.struct_size = sizeof shape,
                                   .weighted = weighted,
                                   .rows = ROWS,
                                   .inputs = INPUTS,
                                   .classes = CLASSES};
    bp_stream *stream = NULL;

    ok(bp_stream_create(env, &stream));
    ok(bp_stream_open(stream, &shape, fill, source));
    ok(bp_stream_set(stream, BP_STREAM_WINDOW, (double)window));
    return stream;
}

static bp_dataset *in_memory(const struct source *source, bool weighted,
                             const bp_env *env)
{
    bp_dataset *data = NULL;

    ok(bp_dataset_create(env, &data));
    ok(bp_dataset_set_inputs(data, source->x, ROWS, INPUTS, INPUTS));
    ok(bp_dataset_set_labels(data, source->labels, ROWS, CLASSES));
    if (weighted)
        ok(bp_dataset_set_weights(data, source->weights, ROWS));
    return data;
}

static bp_network *make(const bp_env *env, size_t threads)
{
    static const size_t widths[] = {INPUTS, 40, CLASSES};
    const struct net_recipe recipe = {
        env, widths, 3, BP_ACTIVATION_TANH, BP_ACTIVATION_SOFTMAX, 0};
    bp_network *network = make_open_network(&recipe);

    ok(bp_network_set(network, BP_NETWORK_THREADS, (double)threads));
    ok(bp_network_build(network, 1));
    return network;
}

static bp_trainer *train_with(bp_network *network)
{
    return make_trainer(network, BP_COST_SOFTMAX_CROSS_ENTROPY, BATCH, 5);
}

/* What a training on the stream comes to. */
struct end {
    bp_network *network;
    bp_fit_result result;
    double cost; /* of the last epoch, as the callback was told */
};

static int32_t note_cost(const bp_progress *now, void *user)
{
    *(double *)user = now->cost;
    return 0;
}

static struct end end_of(bp_stream *stream, size_t threads, const bp_env *env)
{
    struct end end = {.network = make(env, threads)};
    bp_trainer *trainer = train_with(end.network);
    bp_fit_options options;

    ok(bp_fit_options_init(&options));
    options.epochs = EPOCHS;
    options.restore_best = 0;
    options.progress = note_cost;
    options.user = &end.cost;
    end.result.struct_size = sizeof end.result;
    ok(bp_trainer_train_stream(trainer, stream, &options, &end.result));
    bp_trainer_destroy(trainer);
    return end;
}

/* ---- the same bits ---- */

static void one_window_is_memory(void **state)
{
    for (int32_t weighted = 0; weighted < 2; weighted++) {
        struct source source;
        bp_dataset *data;
        bp_stream *stream;
        struct end end;
        bp_network *network = make(env_of(state), 1);
        bp_trainer *trainer = train_with(network);
        double cost = 0;

        source_init(&source);
        data = in_memory(&source, weighted, env_of(state));
        stream = open_stream(&source, weighted, ROWS, env_of(state));
        end = end_of(stream, 1, env_of(state));
        ok(bp_trainer_fit(trainer, data, EPOCHS, note_cost, &cost));
        assert_true(same_parameters(network, end.network));
        assert_true(cost == end.cost && cost > 0);
        assert_int_equal(end.result.epochs, EPOCHS);
        assert_int_equal(source.calls, EPOCHS);
        bp_trainer_destroy(trainer);
        bp_network_destroy(network);
        bp_network_destroy(end.network);
        bp_stream_destroy(stream);
        bp_dataset_destroy(data);
    }
}

/* Windows of an epoch: each holds whole batches. */
static size_t windows_of(size_t window)
{
    const size_t size = (window + BATCH - 1) / BATCH * BATCH;

    return (ROWS + size - 1) / size;
}

/* The default tables, as another thread works with them. */
static void threads_change_nothing(void **state)
{
    static const size_t windows[] = {1, 30, 64, ROWS};

    (void)state;
    for (size_t i = 0; i < COUNT(windows); i++) {
        bp_network *first = NULL;

        for (size_t threads = 1; threads <= 3; threads++)
            for (int prefetch = 0; prefetch < 2; prefetch++) {
                struct source source;
                bp_stream *stream;
                struct end end;

                source_init(&source);
                source.moving = true;
                stream = open_stream(&source, 1, windows[i], NULL);
                ok(bp_stream_set(stream, BP_STREAM_PREFETCH, prefetch));
                end = end_of(stream, threads, NULL);
                assert_int_equal(source.elsewhere, prefetch == 1 && threads > 1);
                assert_int_equal(source.calls, EPOCHS * windows_of(windows[i]));
                if (first == NULL)
                    first = end.network;
                assert_true(same_parameters(first, end.network));
                if (end.network != first)
                    bp_network_destroy(end.network);
                bp_stream_destroy(stream);
            }
        bp_network_destroy(first);
    }
}

static void window_and_epoch_matter(void **state)
{
    struct source source;
    bp_network *seen[3];

    for (size_t i = 0; i < 3; i++) {
        bp_stream *stream;

        source_init(&source);
        source.moving = i == 2;
        stream = open_stream(&source, 0, i == 0 ? 32 : 64, env_of(state));
        seen[i] = end_of(stream, 1, env_of(state)).network;
        bp_stream_destroy(stream);
    }
    assert_false(same_parameters(seen[0], seen[1]));
    assert_false(same_parameters(seen[1], seen[2]));
    for (size_t i = 0; i < 3; i++)
        bp_network_destroy(seen[i]);
}

/* ---- the order ---- */

struct order {
    struct custom_state custom;
    size_t seen[ROWS * EPOCHS];
    size_t count;
};

static void note_rows(struct custom_state *state, const bp_run *run)
{
    struct order *order = state->hook_user;

    if (run->mode != BP_MODE_TRAIN || run->parameter_grads != NULL || run->rows == 0 ||
        run->input == NULL)
        return;
    for (size_t row = 0; row < run->rows; row++)
        order->seen[order->count++] =
            (size_t)(((const float *)run->input)[row * run->input_stride] * 256) - 1;
}

/* Windows come one after the other; each row comes once, in another place. */
static void windows_are_shuffled(void **state)
{
    enum { WINDOW = 30, ROUNDED = 32 };
    static struct order order;
    struct source source;
    bp_network *network = NULL;
    bp_layer *layer = NULL;
    bp_layer_ops ops = custom_layer(&order.custom);
    bp_stream *stream;
    bp_trainer *trainer;
    bp_fit_options options;

    source_init(&source);
    for (size_t i = 0; i < ROWS; i++)
        source.x[i * INPUTS] = (float)(i + 1) / 256;
    order.count = 0;
    order.custom.hook_user = &order;
    ok(bp_network_create(INPUTS, env_of(state), &network));
    ok(bp_layer_create_custom(&ops, env_of(state), &layer));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_add_dense(network, CLASSES, BP_ACTIVATION_LINEAR));
    ok(bp_network_build(network, 9));
    order.custom.hook = note_rows;
    trainer = train_with(network);
    stream = open_stream(&source, 0, WINDOW, env_of(state));
    ok(bp_fit_options_init(&options));
    options.epochs = EPOCHS;
    ok(bp_trainer_train_stream(trainer, stream, &options, NULL));
    assert_int_equal(order.count, ROWS * EPOCHS);
    for (size_t epoch = 0; epoch < EPOCHS; epoch++) {
        unsigned count[ROWS] = {0};
        size_t moved = 0;

        for (size_t i = 0; i < ROWS; i++) {
            const size_t row = order.seen[epoch * ROWS + i];

            assert_int_equal(row / ROUNDED, i / ROUNDED);
            count[row]++;
            moved += row != i;
        }
        for (size_t i = 0; i < ROWS; i++)
            assert_int_equal(count[i], 1);
        assert_true(moved > ROWS / 2);
    }
    /* The windows of an epoch have orders of their own, and so have the epochs. */
    assert_int_not_equal(order.seen[1] - order.seen[0],
                         order.seen[ROUNDED + 1] - order.seen[ROUNDED]);
    assert_memory_not_equal(order.seen, order.seen + ROWS, ROWS * sizeof *order.seen);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    bp_stream_destroy(stream);
}

/* ---- an end before the end ---- */

struct stopper {
    uint64_t step;
    double cost;
    bp_stream *stream;
    bp_status busy;
};

static int32_t stop_at(const bp_progress *now, void *user)
{
    struct stopper *stopper = user;

    stopper->cost = now->cost;
    stopper->busy = bp_stream_set(stopper->stream, BP_STREAM_WINDOW, 16);
    return now->event == BP_EVENT_STEP && now->step == stopper->step;
}

static void goes_on_in_the_middle(void **state)
{
    struct source source;
    bp_stream *stream;
    struct end whole;

    source_init(&source);
    source.moving = true;
    stream = open_stream(&source, 1, 32, env_of(state));
    whole = end_of(stream, 1, env_of(state));
    for (uint64_t step = 1; step < 3 * 26; step += 7) {
        struct stopper stopper = {.step = step, .stream = stream};
        bp_network *network = make(env_of(state), 1);
        bp_trainer *trainer = train_with(network);
        bp_position position = {.struct_size = sizeof position};
        bp_fit_options options;

        ok(bp_fit_options_init(&options));
        options.epochs = EPOCHS;
        options.restore_best = 0;
        options.progress = stop_at;
        options.user = &stopper;
        assert_int_equal(bp_trainer_train_stream(trainer, stream, &options, NULL),
                         BP_ESTOPPED);
        assert_int_equal(stopper.busy, BP_EBUSY);
        ok(bp_trainer_position(trainer, &position));
        assert_int_equal(position.step, step);
        stopper.step = UINT64_MAX;
        options.epochs = EPOCHS - position.epoch;
        ok(bp_trainer_train_stream(trainer, stream, &options, NULL));
        assert_true(same_parameters(network, whole.network));
        assert_true(stopper.cost == whole.cost);
        bp_trainer_destroy(trainer);
        bp_network_destroy(network);
    }
    ok(bp_stream_set(stream, BP_STREAM_WINDOW, 16));
    bp_network_destroy(whole.network);
    bp_stream_destroy(stream);
}

static void validation_goes_as_from_memory(void **state)
{
    struct source source;
    bp_network *networks[2];
    bp_fit_result results[2] = {{.struct_size = sizeof results[0]},
                                {.struct_size = sizeof results[0]}};
    bp_stream *stream;
    bp_dataset *data;
    bp_dataset *held = NULL;
    bp_fit_options options;

    source_init(&source);
    data = in_memory(&source, false, env_of(state));
    ok(bp_dataset_slice(data, 100, 40, &held));
    stream = open_stream(&source, 0, 1000, env_of(state));
    ok(bp_fit_options_init(&options));
    options.epochs = 40;
    options.patience = 2;
    options.validation = held;
    for (int i = 0; i < 2; i++) {
        bp_trainer *trainer;

        networks[i] = make(env_of(state), 1);
        trainer = train_with(networks[i]);
        ok(i == 0 ? bp_trainer_train(trainer, data, &options, &results[i])
                  : bp_trainer_train_stream(trainer, stream, &options, &results[i]));
        bp_trainer_destroy(trainer);
    }
    assert_true(same_parameters(networks[0], networks[1]));
    assert_int_equal(results[0].best_epoch, results[1].best_epoch);
    assert_true(results[0].best == results[1].best);
    bp_network_destroy(networks[0]);
    bp_network_destroy(networks[1]);
    bp_stream_destroy(stream);
    bp_dataset_destroy(held);
    bp_dataset_destroy(data);
}

/* ---- sources that fail ---- */

/* Train; the fault is told after the same step, however rows are fetched. */
static void fails(struct source *source, int prefetch, bp_status expected,
                  const char *line, uint64_t steps)
{
    bp_stream *stream = open_stream(source, 1, 32, NULL);
    bp_network *network = make(NULL, 2);
    bp_trainer *trainer = train_with(network);
    bp_position position = {.struct_size = sizeof position};
    bp_fit_options options;

    ok(bp_fit_options_init(&options));
    options.epochs = EPOCHS;
    ok(bp_stream_set(stream, BP_STREAM_PREFETCH, prefetch));
    assert_int_equal(bp_trainer_train_stream(trainer, stream, &options, NULL), expected);
    assert_line(bp_trainer_error(trainer), line);
    ok(bp_trainer_position(trainer, &position));
    assert_int_equal(position.step, steps);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    bp_stream_destroy(stream);
}

static void faults_are_carried(void **state)
{
    static const struct {
        uint64_t epoch, row;
        int32_t answer;
        const char *spoil;
        bp_status expected;
        const char *line;
        uint64_t steps;
    } cases[] = {
        {0, 5, 7, NULL, BP_ESTOPPED, "answered 7 at row 0 of epoch 0", 0},
        {0, 70, BP_EIO, NULL, BP_EIO, "answered -6 at row 64 of epoch 0", 8},
        {1, 0, -12, NULL, BP_ESTOPPED, "answered -12 at row 0 of epoch 1", 26},
        {1, 202, BP_ELIMIT, NULL, BP_ELIMIT, "answered -11 at row 192", 26 + 24},
        {0, 33, 0, "inputs", BP_EDATA, "inputs row 33, column 2 of epoch 0", 4},
        {1, 40, 0, "label", BP_EDATA, "label of row 40 of epoch 1 is 3", 26 + 4},
        {2, 202, 0, "weights", BP_EDATA, "weights row 202", 2 * 26 + 24},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int prefetch = 0; prefetch < 2; prefetch++) {
            struct source source;

            source_init(&source);
            source.fail_epoch = cases[i].epoch;
            source.fail_row = cases[i].row;
            source.answer = cases[i].answer;
            source.spoil = cases[i].spoil;
            fails(&source, prefetch, cases[i].expected, cases[i].line, cases[i].steps);
        }
}

static int32_t fill_targets(bp_rows *rows, void *user)
{
    for (size_t i = 0; i < rows->rows; i++)
        rows->targets[i] = rows->first + i == *(uint64_t *)user ? 2 : 1;
    return 0;
}

/* A target outside the limits of the cost is named by its row in the epoch. */
static void targets_have_limits(void **state)
{
    const bp_stream_shape shape = {
        .struct_size = sizeof shape, .rows = 50, .inputs = INPUTS, .outputs = 1};
    uint64_t bad = 21;
    bp_stream *stream = NULL;
    bp_network *network = NULL;
    bp_trainer *trainer;

    ok(bp_stream_create(env_of(state), &stream));
    ok(bp_stream_open(stream, &shape, fill_targets, &bad));
    ok(bp_stream_set(stream, BP_STREAM_WINDOW, 16));
    ok(bp_network_create(INPUTS, env_of(state), &network));
    ok(bp_network_add_dense(network, 1, BP_ACTIVATION_SIGMOID));
    ok(bp_network_build(network, 1));
    trainer = make_trainer(network, BP_COST_CROSS_ENTROPY, BATCH, 5);
    assert_int_equal(bp_trainer_train_stream(trainer, stream, NULL, NULL), BP_EDATA);
    assert_line(bp_trainer_error(trainer), "targets row 21, column 0 is 2");
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    bp_stream_destroy(stream);
}

/* ---- no thread where there may be none ---- */

static int32_t lend(size_t count, bp_piece_fn body, void *work, void *user)
{
    (void)user;
    for (size_t i = 0; i < count; i++)
        body(work, i);
    return 0;
}

static void host_threads_are_enough(void **state)
{
    const bp_parallel parallel = {sizeof parallel, lend, NULL};
    const bp_env env = {.struct_size = sizeof env, .parallel = &parallel};
    const bp_env *of_stream[] = {&env, NULL};
    const bp_env *of_network[] = {NULL, &env};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct source source;
        bp_stream *stream;

        source_init(&source);
        stream = open_stream(&source, 0, 32, of_stream[i]);
        ok(bp_stream_set(stream, BP_STREAM_PREFETCH, 1));
        bp_network_destroy(end_of(stream, 3, of_network[i]).network);
        assert_false(source.elsewhere);
        bp_stream_destroy(stream);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(one_window_is_memory),    HOST_TEST(threads_change_nothing),
        HOST_TEST(window_and_epoch_matter), HOST_TEST(windows_are_shuffled),
        HOST_TEST(goes_on_in_the_middle),   HOST_TEST(validation_goes_as_from_memory),
        HOST_TEST(faults_are_carried),      HOST_TEST(targets_have_limits),
        HOST_TEST(host_threads_are_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
