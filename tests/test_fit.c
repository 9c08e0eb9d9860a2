/* SPDX-License-Identifier: MIT */
/*
 * Epochs and fits: which rows in which order, that they are nothing but steps, what the
 * callback is told, and that a fit which is stopped goes on to the same bits.
 */
#include "unit_helpers.h"

enum {
    ROWS = 23,
    BATCH = 5,
    STEPS = 5, /* of an epoch; the last has 3 rows */
    EPOCHS = 4
};

/* A network whose first layer notes the rows that it is trained on. Row r of the data
 * set has (r + 1) / 32 as its first input: exact, and no two the same. */
struct run {
    bp_network *network;
    bp_trainer *trainer;
    bp_dataset *data;
    float x[ROWS * 2], y[ROWS * 2];
    struct custom_state custom;
    size_t seen[ROWS * EPOCHS * 2];
    size_t seen_count;
    size_t batches[STEPS * EPOCHS * 2];
    size_t batch_count;
};

static void note_rows(struct custom_state *state, const bp_run *run)
{
    struct run *r = state->hook_user;

    if (run->mode != BP_MODE_TRAIN || run->parameter_grads != NULL || run->rows == 0 ||
        run->input == NULL)
        return;
    r->batches[r->batch_count++] = run->rows;
    for (size_t row = 0; row < run->rows; row++)
        r->seen[r->seen_count++] =
            (size_t)(((const float *)run->input)[row * run->input_stride] * 32) - 1;
}

static void make_data(struct run *r, const bp_env *env)
{
    spread_f32(r->x, ROWS * 2, 5);
    spread_f32(r->y, ROWS * 2, 77);
    for (size_t i = 0; i < ROWS; i++)
        r->x[2 * i] = (float)(i + 1) / 32;
    ok(bp_dataset_create(env, &r->data));
    ok(bp_dataset_set_inputs(r->data, r->x, ROWS, 2, 2));
    ok(bp_dataset_set_targets(r->data, r->y, ROWS, 2, 2));
}

static void run_create(struct run *r, void **state, uint64_t seed)
{
    bp_layer_ops ops = custom_layer(&r->custom);
    bp_layer *layer = NULL;

    memset(r, 0, sizeof *r);
    r->custom.hook_user = r;
    ok(bp_network_create(2, env_of(state), &r->network));
    ok(bp_layer_create_custom(&ops, env_of(state), &layer));
    ok(bp_network_add(r->network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_add_dense(r->network, 4, BP_ACTIVATION_TANH));
    ok(bp_network_add_dense(r->network, 2, BP_ACTIVATION_LINEAR));
    ok(bp_network_build(r->network, 9));
    r->custom.hook = note_rows;
    r->trainer = make_trainer(r->network, BP_COST_QUADRATIC, BATCH, seed);
    make_data(r, env_of(state));
}

static void run_destroy(struct run *r)
{
    bp_trainer_destroy(r->trainer);
    bp_network_destroy(r->network);
    bp_dataset_destroy(r->data);
}

static bp_position position_of(const struct run *r)
{
    bp_position position = {.struct_size = sizeof position};

    ok(bp_trainer_position(r->trainer, &position));
    return position;
}

static void assert_position(const struct run *r, uint64_t step, uint64_t epoch,
                            size_t row)
{
    const bp_position position = position_of(r);

    assert_int_equal(position.step, step);
    assert_int_equal(position.epoch, epoch);
    assert_int_equal(position.row, row);
}

/* ---- orders ---- */

static void each_row_once_an_epoch(void **state)
{
    struct run r;

    run_create(&r, state, 6);
    for (size_t epoch = 0; epoch < EPOCHS; epoch++) {
        const size_t *seen = r.seen + epoch * ROWS;
        unsigned count[ROWS] = {0};
        size_t moved = 0;

        ok(bp_trainer_epoch(r.trainer, r.data, NULL));
        assert_int_equal(r.seen_count, (epoch + 1) * ROWS);
        for (size_t i = 0; i < ROWS; i++)
            ++count[seen[i]];
        for (size_t i = 0; i < ROWS; i++) {
            assert_int_equal(count[i], 1);
            moved += seen[i] != i;
        }
        assert_true(moved > ROWS / 2);
        for (size_t other = 0; other < epoch; other++)
            assert_memory_not_equal(seen, r.seen + other * ROWS, ROWS * sizeof *seen);
        assert_position(&r, (epoch + 1) * STEPS, epoch + 1, 0);
    }
    for (size_t i = 0; i < r.batch_count; i++)
        assert_int_equal(r.batches[i], i % STEPS == STEPS - 1 ? ROWS % BATCH : BATCH);
    run_destroy(&r);
}

static void order_follows_the_seed(void **state)
{
    struct run first;
    struct run same;
    struct run other;

    run_create(&first, state, 6);
    run_create(&same, state, 6);
    run_create(&other, state, 7);
    ok(bp_trainer_fit(first.trainer, first.data, 3, NULL, NULL));
    ok(bp_trainer_fit(same.trainer, same.data, 3, NULL, NULL));
    ok(bp_trainer_fit(other.trainer, other.data, 3, NULL, NULL));
    assert_memory_equal(first.seen, same.seen, 3 * ROWS * sizeof *first.seen);
    assert_true(same_parameters(first.network, same.network));
    for (size_t epoch = 0; epoch < 3; epoch++)
        assert_memory_not_equal(first.seen + epoch * ROWS, other.seen + epoch * ROWS,
                                ROWS * sizeof *first.seen);
    assert_false(same_parameters(first.network, other.network));
    run_destroy(&first);
    run_destroy(&same);
    run_destroy(&other);
}

static void as_they_lie(void **state)
{
    struct run r;

    run_create(&r, state, 6);
    ok(bp_trainer_set(r.trainer, BP_TRAINER_SHUFFLE, 0));
    ok(bp_trainer_fit(r.trainer, r.data, 2, NULL, NULL));
    assert_int_equal(r.seen_count, 2 * ROWS);
    for (size_t i = 0; i < 2 * ROWS; i++)
        assert_int_equal(r.seen[i], i % ROWS);
    run_destroy(&r);
}

/* All positions are reached by all rows: no row is stuck in its place. */
static void every_row_gets_about(void **state)
{
    enum { MANY = 200 };
    static unsigned at[ROWS][ROWS];
    struct run r;

    memset(at, 0, sizeof at);
    run_create(&r, state, 6);
    for (size_t epoch = 0; epoch < MANY; epoch++) {
        r.seen_count = 0;
        r.batch_count = 0;
        ok(bp_trainer_epoch(r.trainer, r.data, NULL));
        for (size_t i = 0; i < ROWS; i++)
            ++at[i][r.seen[i]];
    }
    for (size_t i = 0; i < ROWS; i++)
        for (size_t row = 0; row < ROWS; row++)
            assert_in_range(at[i][row], 1, 26); /* 8.7 on the average, deviation 2.9 */
    run_destroy(&r);
}

/* ---- epochs are steps ---- */

/* The steps of the epochs that were run, on a second trainer, in the order noted. */
static void repeat_by_steps(struct run *to, const struct run *from, double *costs)
{
    size_t at = 0;

    for (size_t i = 0; i < from->batch_count; i++) {
        float x[BATCH * 2];
        float y[BATCH * 2];
        const size_t rows = from->batches[i];

        for (size_t row = 0; row < rows; row++) {
            memcpy(x + 2 * row, from->x + 2 * from->seen[at], 2 * sizeof *x);
            memcpy(y + 2 * row, from->y + 2 * from->seen[at], 2 * sizeof *y);
            at++;
        }
        ok(bp_trainer_step(to->trainer, x, 2 * rows, y, 2 * rows, &costs[i]));
    }
    assert_int_equal(at, from->seen_count);
}

/* The cost is the mean over rows: the last step counts by the rows that it has. */
static double mean_over_rows(const double *costs)
{
    double sum = 0;

    for (size_t i = 0; i < STEPS; i++)
        sum += costs[i] * (i == STEPS - 1 ? ROWS % BATCH : BATCH);
    return sum / ROWS;
}

static void epochs_are_steps(void **state)
{
    for (int shuffle = 0; shuffle < 2; shuffle++) {
        struct run a;
        struct run b;
        double found[2];
        double costs[2 * STEPS];

        run_create(&a, state, 6);
        run_create(&b, state, 99);
        ok(bp_trainer_set(a.trainer, BP_TRAINER_SHUFFLE, shuffle));
        ok(bp_trainer_epoch(a.trainer, a.data, &found[0]));
        ok(bp_trainer_epoch(a.trainer, a.data, &found[1]));
        repeat_by_steps(&b, &a, costs);
        assert_true(same_parameters(a.network, b.network));
        assert_relative(found[0], mean_over_rows(costs), 1e-14);
        assert_relative(found[1], mean_over_rows(costs + STEPS), 1e-14);
        assert_int_equal(position_of(&b).step, 2 * STEPS);
        assert_int_equal(position_of(&b).epoch, 0);
        run_destroy(&a);
        run_destroy(&b);
    }
}

static void fits_are_epochs(void **state)
{
    struct run a;
    struct run b;

    run_create(&a, state, 6);
    run_create(&b, state, 6);
    ok(bp_trainer_fit(a.trainer, a.data, EPOCHS, NULL, NULL));
    for (size_t i = 0; i < EPOCHS; i++)
        ok(bp_trainer_epoch(b.trainer, b.data, NULL));
    assert_true(same_parameters(a.network, b.network));
    assert_position(&a, EPOCHS * STEPS, EPOCHS, 0);
    assert_position(&b, EPOCHS * STEPS, EPOCHS, 0);
    run_destroy(&a);
    run_destroy(&b);
}

/* A batch of 1 and one of all rows, and one of more than there are. */
static void online_and_full_batch(void **state)
{
    static const struct {
        size_t batch, steps;
    } rows[] = {{1, ROWS}, {ROWS, 1}, {ROWS + 100, 1}, {ROWS - 1, 2}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct run a;
        double first = 0;
        double second = 0;

        run_create(&a, state, 6);
        bp_trainer_destroy(a.trainer);
        a.trainer = make_trainer(a.network, BP_COST_QUADRATIC, rows[i].batch, 3);
        ok(bp_trainer_epoch(a.trainer, a.data, &first));
        assert_position(&a, rows[i].steps, 1, 0);
        assert_int_equal(a.batch_count, rows[i].steps);
        assert_int_equal(a.batches[0], rows[i].batch < ROWS ? rows[i].batch : ROWS);
        for (int more = 0; more < 3; more++) {
            a.seen_count = 0;
            a.batch_count = 0;
            ok(bp_trainer_epoch(a.trainer, a.data, &second));
        }
        assert_true(second < first);
        run_destroy(&a);
    }
}

/* ---- what the callback is told ---- */

struct log {
    bp_progress at[(STEPS + 1) * EPOCHS];
    size_t count;
    size_t stop_at; /* answer 1 at this event, from 1; 0: never */
};

static int32_t note_progress(const bp_progress *progress, void *user)
{
    struct log *log = user;

    log->at[log->count++] = *progress;
    return log->count == log->stop_at;
}

/* The clock moves by one tick at each look: once at the beginning, once an event. */
static void check_times(const bp_progress *p, size_t event, double tick, double trained)
{
    const double seconds = (double)event * tick;

    assert_relative(p->seconds, seconds, 1e-14);
    assert_relative(p->rows_per_second, trained / seconds, 1e-14);
    assert_close(p->seconds_left, (EPOCHS * ROWS - trained) / (trained / seconds), 1e-15,
                 1e-14);
}

static void progress_record(void **state)
{
    struct failing_env *host = *state;
    struct run r;
    struct run twin;
    struct log log = {.count = 0};
    double costs[EPOCHS * STEPS];

    run_create(&r, state, 6);
    run_create(&twin, state, 6);
    host->now = 1000;
    host->tick = 0.25;
    ok(bp_trainer_fit(r.trainer, r.data, EPOCHS, note_progress, &log));
    repeat_by_steps(&twin, &r, costs);
    assert_true(same_parameters(r.network, twin.network));
    assert_int_equal(log.count, (STEPS + 1) * EPOCHS);
    for (size_t i = 0; i < log.count; i++) {
        const bp_progress *p = &log.at[i];
        const size_t epoch = i / (STEPS + 1);
        const size_t step = i % (STEPS + 1) < STEPS ? i % (STEPS + 1) : STEPS - 1;
        const size_t done = step == STEPS - 1 ? ROWS : (step + 1) * BATCH;
        double sum = 0;

        for (size_t j = 0; j <= step; j++)
            sum += costs[epoch * STEPS + j] * (j == STEPS - 1 ? ROWS % BATCH : BATCH);
        assert_int_equal(p->struct_size, sizeof *p);
        assert_int_equal(p->event,
                         i % (STEPS + 1) == STEPS ? BP_EVENT_EPOCH : BP_EVENT_STEP);
        assert_int_equal(p->epoch, epoch + 1);
        assert_int_equal(p->epochs, EPOCHS);
        assert_int_equal(p->step, epoch * STEPS + step + 1);
        assert_int_equal(p->rows_done, done);
        assert_int_equal(p->rows, ROWS);
        assert_relative(p->cost, sum / (double)done, 1e-14);
        check_times(p, i + 1, 0.25, (double)(epoch * ROWS + done));
    }
    run_destroy(&r);
    run_destroy(&twin);
}

/* A clock that stands still gives no rate, not a division by 0. */
static void clock_that_stands(void **state)
{
    struct failing_env *host = *state;
    struct run r;
    struct log log = {.count = 0};

    run_create(&r, state, 6);
    host->tick = 0;
    ok(bp_trainer_fit(r.trainer, r.data, 1, note_progress, &log));
    for (size_t i = 0; i < log.count; i++) {
        assert_same_f64(log.at[i].seconds, 0);
        assert_same_f64(log.at[i].rows_per_second, 0);
        assert_same_f64(log.at[i].seconds_left, 0);
    }
    run_destroy(&r);
}

/* Settings changed from the callback hold from the next step on. */
static int32_t slow_down(const bp_progress *progress, void *user)
{
    (void)progress;
    return bp_optimizer_set(user, BP_OPTIMIZER_RATE, 1e-30) != BP_OK;
}

static void rate_changed_from_the_callback(void **state)
{
    struct run a;
    struct run b;
    double costs[STEPS];

    run_create(&a, state, 6);
    run_create(&b, state, 6);
    ok(bp_trainer_fit(a.trainer, a.data, 1, slow_down,
                      bp_trainer_get_optimizer(a.trainer)));
    a.batch_count = 1;
    a.seen_count = BATCH;
    repeat_by_steps(&b, &a, costs);
    assert_true(same_parameters(a.network, b.network)); /* the first step alone counts */
    run_destroy(&a);
    run_destroy(&b);
}

/* ---- stop, and go on ---- */

/* Stopped at any event: the position says where, and going on ends at the same bits. */
static void stop_and_go_on(void **state)
{
    struct run whole;

    run_create(&whole, state, 6);
    ok(bp_trainer_fit(whole.trainer, whole.data, 2, NULL, NULL));
    for (size_t event = 1; event <= (STEPS + 1) * 2; event++) {
        const size_t epoch = (event - 1) / (STEPS + 1);
        const size_t step = (event - 1) % (STEPS + 1) + 1;
        const bool ended = step >= STEPS;
        struct log log = {.stop_at = event};
        struct run r;

        run_create(&r, state, 6);
        assert_status(bp_trainer_fit(r.trainer, r.data, 2, note_progress, &log),
                      BP_ESTOPPED);
        assert_line(bp_trainer_error(r.trainer), "callback");
        assert_int_equal(log.count, event);
        assert_position(&r, epoch * STEPS + (ended ? STEPS : step), epoch + ended,
                        ended ? 0 : step * BATCH);
        if (epoch + ended < 2)
            ok(bp_trainer_fit(r.trainer, r.data, 2 - epoch - ended, NULL, NULL));
        assert_position(&r, 2 * STEPS, 2, 0);
        assert_true(same_parameters(r.network, whole.network));
        assert_memory_equal(r.seen, whole.seen, 2 * ROWS * sizeof *r.seen);
        run_destroy(&r);
    }
    run_destroy(&whole);
}

/* Half way, another order would take some rows twice and others not at all. */
static void no_other_order_half_way(void **state)
{
    struct log log = {.stop_at = 2};
    struct run r;
    double shuffle = 7;

    run_create(&r, state, 6);
    assert_status(bp_trainer_fit(r.trainer, r.data, 1, note_progress, &log), BP_ESTOPPED);
    assert_status(bp_trainer_set(r.trainer, BP_TRAINER_SHUFFLE, 0), BP_ESTATE);
    assert_line(bp_trainer_error(r.trainer), "stopped at row 10");
    ok(bp_trainer_get(r.trainer, BP_TRAINER_SHUFFLE, &shuffle));
    assert_same_f64(shuffle, 1);
    ok(bp_trainer_epoch(r.trainer, r.data, NULL));
    ok(bp_trainer_set(r.trainer, BP_TRAINER_SHUFFLE, 0));
    run_destroy(&r);
}

/* The cost of an epoch that was stopped is that of all its rows. */
static void stopped_epoch_has_its_whole_cost(void **state)
{
    struct log log = {.stop_at = 2};
    struct run whole;
    struct run r;
    double expected = 0;
    double cost = 0;

    run_create(&whole, state, 6);
    run_create(&r, state, 6);
    ok(bp_trainer_epoch(whole.trainer, whole.data, &expected));
    assert_status(bp_trainer_fit(r.trainer, r.data, 1, note_progress, &log), BP_ESTOPPED);
    ok(bp_trainer_epoch(r.trainer, r.data, &cost));
    assert_same_f64(cost, expected);
    run_destroy(&whole);
    run_destroy(&r);
}

/* On another number of rows the epoch begins anew. */
static void other_data_begin_anew(void **state)
{
    struct log log = {.stop_at = 2};
    struct run r;
    bp_dataset *slice = NULL;

    run_create(&r, state, 6);
    ok(bp_dataset_slice(r.data, 0, 8, &slice));
    assert_status(bp_trainer_fit(r.trainer, r.data, 1, note_progress, &log), BP_ESTOPPED);
    assert_position(&r, 2, 0, 2 * BATCH);
    r.seen_count = 0;
    ok(bp_trainer_epoch(r.trainer, slice, NULL));
    assert_int_equal(r.seen_count, 8);
    assert_position(&r, 4, 1, 0);
    bp_dataset_destroy(slice);
    run_destroy(&r);
}

/* A step that fails within an epoch leaves the trainer at the last that was done. */
static void failing_step_of_an_epoch(void **state)
{
    bp_network *line = make_identity(1, BP_ACTIVATION_LINEAR, 0, env_of(state));
    struct run r = {.network = line};
    float x[ROWS];
    float y[ROWS];

    for (size_t i = 0; i < ROWS; i++) {
        x[i] = 0.5f;
        y[i] = i == 13 ? -1 : 1; /* Poisson takes none below 0; row 13 is in step 3 */
    }
    ok(bp_dataset_create(env_of(state), &r.data));
    ok(bp_dataset_set_inputs(r.data, x, ROWS, 1, 1));
    ok(bp_dataset_set_targets(r.data, y, ROWS, 1, 1));
    r.trainer = make_trainer(line, BP_COST_POISSON, BATCH, 1);
    ok(bp_trainer_set(r.trainer, BP_TRAINER_SHUFFLE, 0));
    assert_status(bp_trainer_epoch(r.trainer, r.data, NULL), BP_EDATA);
    assert_line(bp_trainer_error(r.trainer),
                "row 13, column 0 is -1, expected 0 or more");
    assert_line(bp_trainer_error(r.trainer), "after step 2");
    assert_position(&r, 2, 0, 2 * BATCH);
    bp_trainer_destroy(r.trainer); /* also in another order: the row of the data set */
    r.trainer = make_trainer(line, BP_COST_POISSON, 1, 1);
    assert_status(bp_trainer_epoch(r.trainer, r.data, NULL), BP_EDATA);
    assert_line(bp_trainer_error(r.trainer), "targets row 13, column 0 is -1");
    run_destroy(&r);
}

/* ---- data that do not fit ---- */

static void data_are_checked(void **state)
{
    struct run r;
    bp_dataset *data = NULL;
    double cost = 7;

    run_create(&r, state, 6);
    ok(bp_dataset_create(env_of(state), &data));
    assert_status(bp_trainer_epoch(r.trainer, data, &cost), BP_ESTATE); /* empty */
    ok(bp_dataset_set_inputs(data, r.x, ROWS, 2, 2));
    assert_status(bp_trainer_epoch(r.trainer, data, &cost), BP_ESTATE); /* no targets */
    ok(bp_dataset_set_labels(data, (const int32_t[ROWS]){0}, ROWS, 2));
    assert_status(bp_trainer_epoch(r.trainer, data, &cost), BP_ESTATE); /* labels only */
    assert_line(bp_trainer_error(r.trainer), "labels only");
    bp_dataset_destroy(data);
    data = make_dataset(4, 3, 2, env_of(state));
    assert_status(bp_trainer_epoch(r.trainer, data, &cost), BP_ESHAPE);
    bp_dataset_destroy(data);
    data = make_dataset(4, 2, 3, env_of(state));
    assert_status(bp_trainer_fit(r.trainer, data, 1, NULL, NULL), BP_ESHAPE);
    bp_dataset_destroy(data);
    assert_status(bp_trainer_fit(r.trainer, r.data, 0, NULL, NULL), BP_EINVAL);
    assert_same_f64(cost, 7);
    assert_position(&r, 0, 0, 0);
    run_destroy(&r);
}

/* Labels stand for one-hot targets, if there are no targets. */
static void labels_train_too(void **state)
{
    static const size_t widths[] = {3, 4, 2};
    const struct net_recipe recipe = {
        env_of(state), widths, 3, BP_ACTIVATION_TANH, BP_ACTIVATION_SOFTMAX, 0};
    bp_network *networks[2];
    bp_dataset *full = make_dataset(ROWS, 3, 2, env_of(state));
    bp_dataset *labelled = NULL;
    float x[ROWS * 3];
    int32_t labels[ROWS];

    for (size_t i = 0; i < ROWS; i++) {
        ok(bp_dataset_get_inputs(full, i, x + 3 * i, 3));
        ok(bp_dataset_get_label(full, i, &labels[i]));
    }
    ok(bp_dataset_create(env_of(state), &labelled));
    ok(bp_dataset_set_inputs(labelled, x, ROWS, 3, 3));
    ok(bp_dataset_set_labels(labelled, labels, ROWS, 2));
    for (int i = 0; i < 2; i++) {
        bp_trainer *trainer;

        networks[i] = make_network(&recipe, 5);
        trainer = make_trainer(networks[i], BP_COST_SOFTMAX_CROSS_ENTROPY, BATCH, 2);
        ok(bp_trainer_fit(trainer, i == 0 ? full : labelled, 3, NULL, NULL));
        bp_trainer_destroy(trainer);
    }
    assert_true(same_parameters(networks[0], networks[1]));
    bp_network_destroy(networks[0]);
    bp_network_destroy(networks[1]);
    bp_dataset_destroy(full);
    bp_dataset_destroy(labelled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(each_row_once_an_epoch),
        HOST_TEST(order_follows_the_seed),
        HOST_TEST(as_they_lie),
        HOST_TEST(every_row_gets_about),
        HOST_TEST(epochs_are_steps),
        HOST_TEST(fits_are_epochs),
        HOST_TEST(online_and_full_batch),
        HOST_TEST(progress_record),
        HOST_TEST(clock_that_stands),
        HOST_TEST(rate_changed_from_the_callback),
        HOST_TEST(stop_and_go_on),
        HOST_TEST(no_other_order_half_way),
        HOST_TEST(stopped_epoch_has_its_whole_cost),
        HOST_TEST(other_data_begin_anew),
        HOST_TEST(failing_step_of_an_epoch),
        HOST_TEST(data_are_checked),
        HOST_TEST(labels_train_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
