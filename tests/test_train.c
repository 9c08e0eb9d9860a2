/* SPDX-License-Identifier: MIT */
/*
 * Fits with options: held-out rows, what is monitored, when it ends, which parameters the
 * network has then, and the history.
 */
#include "unit_helpers.h"

enum { ROWS = 80, HELD = 20, BATCH = 8, STEPS = ROWS / BATCH };

struct run {
    bp_network *network;
    bp_trainer *trainer;
    bp_dataset *data; /* Two moons, as one-hot targets and labels. */
    bp_dataset *held;
    bp_history *history;
    bp_fit_options options;
    bp_fit_result result;
};

static void run_create(struct run *r, void **state, double rate)
{
    static const size_t widths[] = {2, 8, 2};
    const struct net_recipe recipe = {
        env_of(state), widths, 3, BP_ACTIVATION_TANH, BP_ACTIVATION_SOFTMAX, 0};

    memset(r, 0, sizeof *r);
    r->network = make_network(&recipe, 2);
    r->trainer = make_trainer_with(r->network, BP_COST_SOFTMAX_CROSS_ENTROPY,
                                   make_sgd(rate, 0.5, NULL), BATCH, 3);
    ok(bp_dataset_create(env_of(state), &r->data));
    ok(bp_dataset_generate(r->data, BP_GENERATE_MOONS, ROWS, 0.3, 4));
    ok(bp_dataset_create(env_of(state), &r->held));
    ok(bp_dataset_generate(r->held, BP_GENERATE_MOONS, HELD, 0.3, 5));
    ok(bp_history_create(env_of(state), &r->history));
    ok(bp_fit_options_init(&r->options));
    r->options.history = r->history;
    r->result.struct_size = sizeof r->result;
}

static void run_destroy(struct run *r)
{
    bp_history_destroy(r->history);
    bp_trainer_destroy(r->trainer);
    bp_network_destroy(r->network);
    bp_dataset_destroy(r->data);
    bp_dataset_destroy(r->held);
}

static bp_progress epoch_of(const struct run *r, size_t index)
{
    bp_progress progress = {.struct_size = sizeof progress};

    ok(bp_history_get(r->history, index, &progress));
    return progress;
}

static double cost_on(const bp_network *network, const bp_dataset *data)
{
    bp_workspace *workspace = NULL;
    bp_cost *cost = make_cost(BP_COST_SOFTMAX_CROSS_ENTROPY, NULL);
    bp_evaluation result = {.struct_size = sizeof result};

    ok(bp_workspace_create(network, 7, &workspace));
    ok(bp_network_evaluate(network, workspace, cost, data, &result));
    bp_workspace_destroy(workspace);
    bp_cost_destroy(cost);
    return result.cost;
}

/* ---- what stays as it was ---- */

static void without_options_a_fit(void **state)
{
    struct run plain;
    struct run trained;

    run_create(&plain, state, 0.1);
    run_create(&trained, state, 0.1);
    ok(bp_trainer_fit(plain.trainer, plain.data, 5, NULL, NULL));
    trained.options.epochs = 5;
    trained.options.restore_best = 0;
    trained.options.validation = trained.held;
    ok(bp_trainer_train(trained.trainer, trained.data, &trained.options,
                        &trained.result));
    assert_true(same_parameters(plain.network, trained.network));
    assert_int_equal(trained.result.reason, BP_FIT_EPOCHS);
    assert_int_equal(trained.result.epochs, 5);
    assert_same_f64(trained.result.validation_cost,
                    cost_on(trained.network, trained.held));
    assert_same_f64(trained.result.cost, epoch_of(&trained, 4).cost);
    run_destroy(&plain);
    run_destroy(&trained);
}

static void defaults(void **state)
{
    struct run r;

    run_create(&r, state, 0.01);
    ok(bp_trainer_train(r.trainer, r.data, NULL, NULL));
    {
        bp_position position = {.struct_size = sizeof position};

        ok(bp_trainer_position(r.trainer, &position));
        assert_int_equal(position.epoch, 100);
    }
    run_destroy(&r);
}

/* ---- held-out rows ---- */

/* The parameters after the best epoch come back: those of a fit of so many epochs. */
static void assert_best(void **state, const struct run *r, double rate, size_t epochs)
{
    struct run again;

    run_create(&again, state, rate);
    again.options = r->options;
    again.options.history = again.history;
    again.options.metrics = NULL;
    again.options.monitor = BP_MONITOR_COST;
    again.options.epochs = epochs;
    again.options.patience = 0;
    again.options.restore_best = 0;
    again.options.progress = NULL;
    again.options.seconds = 0;
    ok(bp_trainer_train(again.trainer, again.data, &again.options, NULL));
    assert_true(same_parameters(r->network, again.network));
    run_destroy(&again);
}

static size_t best_in_history(const struct run *r)
{
    size_t best = 0;

    for (size_t i = 0; i < bp_history_epochs(r->history); i++)
        if (epoch_of(r, i).validation_cost < epoch_of(r, best).validation_cost)
            best = i;
    return best;
}

static bp_network *make_normed(void **state)
{
    bp_network *network = NULL;
    bp_layer *norm = NULL;

    ok(bp_network_create(2, env_of(state), &network));
    ok(bp_network_add_dense(network, 8, BP_ACTIVATION_TANH));
    ok(bp_layer_create_batch_norm(NULL, &norm));
    ok(bp_network_add(network, norm));
    bp_layer_destroy(norm);
    ok(bp_network_add_dense(network, 2, BP_ACTIVATION_SOFTMAX));
    ok(bp_network_build(network, 2));
    return network;
}

/* Running statistics belong to the parameters that they were taken with: only with both
 * is the cost of the held-out rows the best again. */
static void the_best_statistics_come_back(void **state)
{
    struct run r;

    run_create(&r, state, 0.1);
    bp_network *network = make_normed(state);
    bp_trainer *trainer = make_trainer_with(network, BP_COST_SOFTMAX_CROSS_ENTROPY,
                                            make_sgd(1.5, 0.5, NULL), BATCH, 3);
    r.options.validation = r.held;
    r.options.epochs = 30;
    ok(bp_trainer_train(trainer, r.data, &r.options, &r.result));
    assert_true(r.result.best_epoch < 30);
    assert_same_f64(cost_on(network, r.held), r.result.best);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    run_destroy(&r);
}

/* The history tells the schedule's rate, that of the next update. */
static void the_rate_is_the_schedules(void **state)
{
    struct run r;
    bp_schedule *halves = NULL;

    run_create(&r, state, 0.5);
    ok(bp_schedule_create(BP_SCHEDULE_EXPONENTIAL, NULL, &halves));
    ok(bp_schedule_set(halves, BP_SCHEDULE_GAMMA, 0.5));
    ok(bp_trainer_set_schedule(r.trainer, halves));
    r.options.epochs = 4;
    ok(bp_trainer_train(r.trainer, r.data, &r.options, NULL));
    for (size_t i = 0; i < 4; i++)
        assert_close(epoch_of(&r, i).rate, ldexp(0.25, -(int)i), 0, 1e-15);
    bp_schedule_destroy(halves);
    run_destroy(&r);
}

static void set_plateau(const struct run *r, double monitor, double maximize)
{
    bp_schedule *plateau = NULL;

    ok(bp_schedule_create(BP_SCHEDULE_PLATEAU, NULL, &plateau));
    ok(bp_schedule_set(plateau, BP_SCHEDULE_GAMMA, 0.5));
    ok(bp_schedule_set(plateau, BP_SCHEDULE_PATIENCE, 1));
    ok(bp_schedule_set(plateau, BP_SCHEDULE_MONITOR, monitor));
    ok(bp_schedule_set(plateau, BP_SCHEDULE_MAXIMIZE, maximize));
    ok(bp_trainer_set_schedule(r->trainer, plateau));
    bp_schedule_destroy(plateau);
}

/* A plateau sees what is monitored, at each look: two that were no better in a row are a
 * fall. The mean cost of the steps, which another plateau sees, falls otherwise. */
static void a_plateau_sees_what_is_monitored(void **state)
{
    size_t falls[2] = {0, 0};

    for (size_t seen = 1; seen <= 2; seen++) {
        struct run r;
        double best = INFINITY;
        double rate = 2.5;
        size_t bad = 0;

        run_create(&r, state, 2.5);
        set_plateau(&r, (double)seen, 0);
        r.options.validation = r.held;
        r.options.epochs = 30;
        r.options.validate_every = 2;
        ok(bp_trainer_train(r.trainer, r.data, &r.options, &r.result));
        for (size_t i = 0; i < 30; i++) {
            const bp_progress p = epoch_of(&r, i);
            const double value = seen == 1 ? p.cost : p.validation_cost;

            if (seen == 2 && i % 2 == 0) { /* no look */
                assert_relative(p.rate, rate, 1e-6);
                continue;
            }
            bad = value < best * (1 - 1e-4) ? 0 : bad + 1;
            best = bad == 0 ? value : best;
            if (bad == 2) {
                rate /= 2;
                bad = 0;
                falls[seen - 1]++;
            }
            assert_relative(p.rate, rate, 1e-6);
        }
        run_destroy(&r);
    }
    assert_true(falls[0] > 0 && falls[1] > 0 && falls[0] != falls[1]);
}

/* More accuracy is better: a plateau that takes it for a cost is refused. */
static void a_plateau_of_a_metric(void **state)
{
    struct run r;
    bp_metrics *metrics = NULL;

    run_create(&r, state, 0.5);
    ok(bp_metrics_create(2, env_of(state), &metrics));
    set_plateau(&r, 2, 0);
    r.options.metrics = metrics;
    r.options.monitor = BP_METRIC_ACCURACY;
    r.options.validation = r.held;
    r.options.epochs = 25;
    assert_status(bp_trainer_train(r.trainer, r.data, &r.options, NULL), BP_EINVAL);
    assert_line(bp_trainer_error(r.trainer), "BP_SCHEDULE_MAXIMIZE is 0, expected 1");
    set_plateau(&r, 2, 1);
    ok(bp_trainer_train(r.trainer, r.data, &r.options, NULL));
    assert_true(epoch_of(&r, 24).rate < 0.5);
    assert_true(epoch_of(&r, 1).monitored <= epoch_of(&r, 0).monitored ||
                epoch_of(&r, 1).rate > 0.49);
    r.options.monitor = BP_METRIC_LOG_LOSS;
    assert_status(bp_trainer_train(r.trainer, r.data, &r.options, NULL), BP_EINVAL);
    assert_line(bp_trainer_error(r.trainer), "BP_SCHEDULE_MAXIMIZE is 1, expected 0");
    bp_metrics_destroy(metrics);
    run_destroy(&r);
}

/* A rate that is too high: the cost goes up and down, and the best is not the last. */
static void the_best_comes_back(void **state)
{
    struct run r;
    size_t best;

    run_create(&r, state, 2.5);
    r.options.validation = r.held;
    r.options.epochs = 30;
    ok(bp_trainer_train(r.trainer, r.data, &r.options, &r.result));
    best = best_in_history(&r);
    assert_true(best < 29);
    assert_int_equal(r.result.best_epoch, best + 1);
    assert_same_f64(r.result.best, epoch_of(&r, best).validation_cost);
    assert_same_f64(cost_on(r.network, r.held), r.result.best);
    assert_best(state, &r, 2.5, best + 1);
    run_destroy(&r);
}

static void patience_ends_it(void **state)
{
    struct run r;
    bp_progress last;

    run_create(&r, state, 2.5);
    r.options.validation = r.held;
    r.options.epochs = 1000;
    r.options.patience = 4;
    ok(bp_trainer_train(r.trainer, r.data, &r.options, &r.result));
    assert_int_equal(r.result.reason, BP_FIT_PATIENCE);
    assert_int_equal(r.result.epochs, r.result.best_epoch + 4);
    assert_int_equal(bp_history_epochs(r.history), r.result.epochs);
    last = epoch_of(&r, (size_t)r.result.epochs - 1);
    assert_int_equal(last.best_epoch, r.result.best_epoch);
    assert_int_equal(last.validation_epoch, last.epoch);
    assert_same_f64(last.monitored, last.validation_cost);
    assert_best(state, &r, 2.5, (size_t)r.result.best_epoch);
    run_destroy(&r);
}

/* With a change that nothing reaches only the first look is ever the best. */
static void what_counts_as_better(void **state)
{
    struct run r;

    run_create(&r, state, 0.1);
    r.options.validation = r.held;
    r.options.minimum_change = 100;
    r.options.patience = 3;
    ok(bp_trainer_train(r.trainer, r.data, &r.options, &r.result));
    assert_int_equal(r.result.epochs, 4);
    assert_int_equal(r.result.best_epoch, 1);
    run_destroy(&r);
}

static void a_fraction_is_held_out(void **state)
{
    static const int32_t methods[] = {BP_SPLIT_ORDERED, BP_SPLIT_SHUFFLED,
                                      BP_SPLIT_STRATIFIED};

    for (size_t m = 0; m < COUNT(methods); m++) {
        struct run r;
        bp_dataset *parts[2] = {NULL, NULL};

        run_create(&r, state, 0.1);
        r.options.validation_fraction = 0.25;
        r.options.validation_split = methods[m];
        r.options.validation_seed = 77;
        r.options.epochs = 3;
        ok(bp_trainer_train(r.trainer, r.data, &r.options, &r.result));
        ok(bp_dataset_split(r.data, 0.25, methods[m], 77, &parts[0], &parts[1]));
        assert_int_equal(epoch_of(&r, 0).rows, 60);
        assert_same_f64(cost_on(r.network, parts[1]), r.result.best);
        bp_dataset_destroy(parts[0]);
        bp_dataset_destroy(parts[1]);
        run_destroy(&r);
    }
}

static void a_metric_is_monitored(void **state)
{
    struct run r;
    bp_metrics *metrics = NULL;
    bp_workspace *workspace = NULL;
    double best = 0;
    double value = 0;

    run_create(&r, state, 0.5);
    ok(bp_metrics_create(2, env_of(state), &metrics));
    r.options.metrics = metrics;
    r.options.monitor = BP_METRIC_ACCURACY;
    r.options.validation = r.held;
    r.options.epochs = 25;
    ok(bp_trainer_train(r.trainer, r.data, &r.options, &r.result));
    for (size_t i = 0; i < 25; i++)
        best = fmax(best, epoch_of(&r, i).monitored);
    assert_same_f64(r.result.best, best);
    assert_true(best > 0.75 && epoch_of(&r, 0).monitored < best);
    ok(bp_metrics_value(metrics, BP_METRIC_ACCURACY, BP_INDEX_ALL, &value));
    assert_same_f64(value, epoch_of(&r, 24).monitored); /* of the last look */
    ok(bp_metrics_reset(metrics));
    ok(bp_workspace_create(r.network, 9, &workspace));
    ok(bp_network_measure(r.network, workspace, r.held, metrics));
    ok(bp_metrics_value(metrics, BP_METRIC_ACCURACY, BP_INDEX_ALL, &value));
    assert_same_f64(value, best); /* of the parameters that came back */
    assert_best(state, &r, 0.5, (size_t)r.result.best_epoch);
    bp_workspace_destroy(workspace);
    bp_metrics_destroy(metrics);
    run_destroy(&r);
}

/* Without held-out rows the cost of the epoch's steps is monitored. */
static void the_training_cost_is_monitored(void **state)
{
    struct run r;
    double best = INFINITY;

    run_create(&r, state, 2.5);
    r.options.epochs = 20;
    ok(bp_trainer_train(r.trainer, r.data, &r.options, &r.result));
    for (size_t i = 0; i < 20; i++)
        best = fmin(best, epoch_of(&r, i).cost);
    assert_same_f64(r.result.best, best);
    assert_same_f64(r.result.validation_cost, 0);
    run_destroy(&r);
}

static void looks_are_rarer(void **state)
{
    struct run r;

    run_create(&r, state, 0.1);
    r.options.validation = r.held;
    r.options.epochs = 7;
    r.options.validate_every = 3;
    ok(bp_trainer_train(r.trainer, r.data, &r.options, &r.result));
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(epoch_of(&r, i).validation_epoch, i == 6 ? 7 : (i + 1) / 3 * 3);
    run_destroy(&r);
}

/* ---- ends ---- */

struct stop {
    uint64_t at;
    size_t steps, epochs;
};

static int32_t stop_at(const bp_progress *progress, void *user)
{
    struct stop *stop = user;

    assert_int_equal(progress->struct_size, sizeof *progress);
    stop->steps += progress->event == BP_EVENT_STEP;
    stop->epochs += progress->event == BP_EVENT_EPOCH;
    if (progress->event == BP_EVENT_EPOCH)
        assert_int_equal(progress->validation_epoch, progress->epoch);
    assert_true(progress->step_cost > 0);
    assert_relative(progress->rate, 2.5, 1e-6);
    return progress->step >= stop->at;
}

/* It leaves the best network so far, and the trainer where it was. */
static void a_cancelled_fit(void **state)
{
    struct run r;
    struct stop stop = {.at = 20 * STEPS + 4};
    bp_position position = {.struct_size = sizeof position};
    size_t best;

    run_create(&r, state, 2.5);
    r.options.validation = r.held;
    r.options.progress = stop_at;
    r.options.user = &stop;
    r.result.epochs = 99;
    assert_status(bp_trainer_train(r.trainer, r.data, &r.options, &r.result),
                  BP_ESTOPPED);
    best = best_in_history(&r);
    assert_int_equal(r.result.epochs, 99);
    assert_int_equal(stop.steps, 20 * STEPS + 4);
    assert_int_equal(stop.epochs, 20);
    ok(bp_trainer_position(r.trainer, &position));
    assert_int_equal(position.row, 4 * BATCH);
    assert_same_f64(cost_on(r.network, r.held), epoch_of(&r, best).validation_cost);
    ok(bp_trainer_epoch(r.trainer, r.data, NULL));
    run_destroy(&r);
}

/* The clock moves by 1 each time it is asked. */
static void a_budget_of_time(void **state)
{
    struct failing_env *host = *state;
    struct run r;
    bp_position position = {.struct_size = sizeof position};

    run_create(&r, state, 0.1);
    host->tick = 1;
    r.options.seconds = 25;
    r.options.epochs = 1000;
    ok(bp_trainer_train(r.trainer, r.data, &r.options, &r.result));
    assert_int_equal(r.result.reason, BP_FIT_TIME);
    assert_true(r.result.epochs >= 1 && r.result.epochs < 3);
    ok(bp_trainer_position(r.trainer, &position));
    assert_true(position.step >= 20 && position.step <= 25);
    host->tick = 0;
    r.options.seconds = 1;
    r.options.epochs = 2;
    ok(bp_trainer_train(r.trainer, r.data, &r.options, &r.result));
    assert_int_equal(r.result.reason, BP_FIT_EPOCHS);
    run_destroy(&r);
}

/* Held-out rows on which the network overflows: the fit stops, and says where. */
static void a_look_that_fails(void **state)
{
    struct run r;
    static const float x[] = {3e38f, 3e38f, 3e38f, -3e38f};
    static const int32_t labels[] = {0, 1};
    bp_network *network =
        make_identity(2, BP_ACTIVATION_LINEAR, BP_PRECISION_F32, env_of(state));
    bp_trainer *trainer = make_trainer(network, BP_COST_SOFTMAX_CROSS_ENTROPY, BATCH, 1);
    bp_dataset *huge = NULL;
    const float weights[] = {2, 2, 2, 2};

    run_create(&r, state, 0.1);
    ok(bp_network_set_parameter(network, 0, BP_PARAMETER_WEIGHT, weights, 4));
    ok(bp_dataset_create(env_of(state), &huge));
    ok(bp_dataset_set_inputs(huge, x, 2, 2, 2));
    ok(bp_dataset_set_labels(huge, labels, 2, 2));
    r.options.validation = huge;
    assert_status(bp_trainer_train(trainer, r.data, &r.options, NULL), BP_EDATA);
    assert_line(bp_trainer_error(trainer), "validation: the cost of the data");
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    bp_dataset_destroy(huge);
    run_destroy(&r);
}

/* Two fits are one: the cursor goes on where a budget cut an epoch. */
static void fits_go_on(void **state)
{
    struct run whole;
    struct run cut;
    struct failing_env *host = *state;

    run_create(&whole, state, 0.1);
    run_create(&cut, state, 0.1);
    ok(bp_trainer_fit(whole.trainer, whole.data, 4, NULL, NULL));
    cut.options.restore_best = 0;
    cut.options.epochs = 4;
    cut.options.seconds = 13;
    host->tick = 1;
    ok(bp_trainer_train(cut.trainer, cut.data, &cut.options, &cut.result));
    assert_int_equal(cut.result.reason, BP_FIT_TIME);
    cut.options.seconds = 0;
    cut.options.epochs = 4 - cut.result.epochs;
    ok(bp_trainer_train(cut.trainer, cut.data, &cut.options, &cut.result));
    assert_true(same_parameters(whole.network, cut.network));
    run_destroy(&whole);
    run_destroy(&cut);
}

/* ---- the history ---- */

struct text {
    char bytes[8192];
    size_t size;
    size_t stop_at;
    size_t calls;
};

static int32_t append(const void *bytes, size_t size, void *user)
{
    struct text *text = user;

    if (text->calls++ == text->stop_at && text->stop_at > 0)
        return 1;
    assert_true(text->size + size < sizeof text->bytes);
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    return 0;
}

/* Every number of a line, exactly: 17 digits lose no bit. */
static void require_row(const char *line, const bp_progress *p)
{
    const double values[] = {(double)p->epoch,
                             (double)p->step,
                             (double)p->rows,
                             p->cost,
                             p->step_cost,
                             p->rate,
                             p->seconds,
                             p->rows_per_second,
                             (double)p->validation_epoch,
                             p->validation_cost,
                             p->monitored,
                             p->best,
                             (double)p->best_epoch};

    for (size_t i = 0; i < COUNT(values); i++) {
        char *end = NULL;

        assert_same_f64(strtod(line, &end), values[i]);
        assert_int_equal(*end, i + 1 < COUNT(values) ? ',' : '\n');
        line = end + 1;
    }
}

static void as_csv(void **state)
{
    static const char head[] =
        "epoch,step,rows,cost,step_cost,rate,seconds,rows_per_second,validation_epoch,"
        "validation_cost,monitored,best,best_epoch\n";
    struct failing_env *host = *state;
    struct run r;
    struct text text = {.size = 0};
    struct text stopped = {.stop_at = 2};
    bp_metrics *metrics = NULL;
    const char *line;

    run_create(&r, state, 2.5);
    ok(bp_metrics_create(2, env_of(state), &metrics));
    host->tick = 1.0 / 3; /* seconds that no short text holds */
    r.options.metrics = metrics;
    r.options.monitor = BP_METRIC_LOG_LOSS;
    r.options.validation = r.held;
    r.options.epochs = 5;
    ok(bp_trainer_train(r.trainer, r.data, &r.options, NULL));
    ok(bp_history_write_csv(r.history, append, &text));
    assert_int_equal(text.calls, 6);
    assert_memory_equal(text.bytes, head, sizeof head - 1);
    line = text.bytes + sizeof head - 1;
    for (size_t i = 0; i < 5; i++) {
        const bp_progress progress = epoch_of(&r, i);

        assert_int_equal(progress.step, (i + 1) * STEPS);
        require_row(line, &progress);
        line = strchr(line, '\n') + 1;
    }
    assert_int_equal(*line, '\0');
    assert_status(bp_history_write_csv(r.history, append, &stopped), BP_ESTOPPED);
    bp_metrics_destroy(metrics);
    run_destroy(&r);
}

/* What was written is a table that the library reads. */
static void a_csv_is_read_back(void **state)
{
    static const char *const targets[] = {"best_epoch"};
    struct run r;
    struct text text = {.size = 0};
    bp_dataset *read = NULL;
    bp_csv_options csv;

    run_create(&r, state, 0.1);
    r.options.validation = r.held;
    r.options.epochs = 5;
    ok(bp_trainer_train(r.trainer, r.data, &r.options, NULL));
    ok(bp_history_write_csv(r.history, append, &text));
    ok(bp_csv_options_init(&csv));
    csv.target_kind = BP_CSV_NUMBERS;
    csv.targets = targets;
    csv.targets_count = 1;
    ok(bp_dataset_create(env_of(state), &read));
    ok(bp_dataset_parse_csv(read, text.bytes, text.size, &csv));
    assert_int_equal(bp_dataset_rows(read), 5);
    assert_int_equal(bp_dataset_inputs(read), 12);
    bp_dataset_destroy(read);
    run_destroy(&r);
}

/* Figures of a look that was not made yet are empty. */
static void empty_figures(void **state)
{
    struct run r;
    struct text text = {.size = 0};

    run_create(&r, state, 0.1);
    r.options.validation = r.held;
    r.options.epochs = 2;
    r.options.validate_every = 2;
    ok(bp_trainer_train(r.trainer, r.data, &r.options, NULL));
    ok(bp_history_write_csv(r.history, append, &text));
    assert_non_null(strstr(text.bytes, ",,,,,\n2,"));
    run_destroy(&r);
}

static void a_history_of_many_fits(void **state)
{
    struct run r;

    run_create(&r, state, 0.1);
    r.options.epochs = 700;
    ok(bp_trainer_train(r.trainer, r.data, &r.options, NULL));
    ok(bp_trainer_train(r.trainer, r.data, &r.options, NULL));
    assert_int_equal(bp_history_epochs(r.history), 1400);
    assert_int_equal(epoch_of(&r, 699).epoch, 700);
    assert_int_equal(epoch_of(&r, 700).epoch, 1);
    run_destroy(&r);
}

/* After the first step of a fit nothing is allocated. */
static int32_t arm(const bp_progress *progress, void *user)
{
    if (progress->step == 1)
        failing_env_arm(user, 1, true);
    return 0;
}

static void nothing_is_allocated_on_the_way(void **state)
{
    struct failing_env *host = *state;
    struct run r;
    bp_metrics *metrics = NULL;

    run_create(&r, state, 0.1);
    ok(bp_metrics_create(2, env_of(state), &metrics));
    r.options.metrics = metrics;
    r.options.validation_fraction = 0.2;
    r.options.epochs = 9;
    r.options.progress = arm;
    r.options.user = host;
    ok(bp_trainer_train(r.trainer, r.data, &r.options, NULL));
    assert_int_equal(host->allocations, 0);
    failing_env_arm(host, 0, false);
    bp_metrics_destroy(metrics);
    run_destroy(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(without_options_a_fit),
        HOST_TEST(defaults),
        HOST_TEST(the_best_comes_back),
        HOST_TEST(the_best_statistics_come_back),
        HOST_TEST(the_rate_is_the_schedules),
        HOST_TEST(a_plateau_sees_what_is_monitored),
        HOST_TEST(a_plateau_of_a_metric),
        HOST_TEST(patience_ends_it),
        HOST_TEST(what_counts_as_better),
        HOST_TEST(a_fraction_is_held_out),
        HOST_TEST(a_metric_is_monitored),
        HOST_TEST(the_training_cost_is_monitored),
        HOST_TEST(looks_are_rarer),
        HOST_TEST(a_cancelled_fit),
        HOST_TEST(a_budget_of_time),
        HOST_TEST(a_look_that_fails),
        HOST_TEST(fits_go_on),
        HOST_TEST(as_csv),
        HOST_TEST(a_csv_is_read_back),
        HOST_TEST(empty_figures),
        HOST_TEST(a_history_of_many_fits),
        HOST_TEST(nothing_is_allocated_on_the_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
