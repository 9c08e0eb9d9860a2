/* SPDX-License-Identifier: MIT */
/* Folds, and many runs over one description. */
#include "unit_helpers.h"

enum { ROWS = 60 };

struct run {
    bp_network *network;
    bp_trainer *trainer;
    bp_dataset *data;
    bp_cost *cost;
    bp_optimizer *rule;
    int32_t kind;
};

/* All that a description can have beside its objects. */
static void adjust(bp_trainer *trainer, int32_t kind)
{
    bp_schedule *schedule = NULL;

    ok(bp_trainer_set(trainer, BP_TRAINER_BATCH, 10));
    if (kind != BP_OPTIMIZER_ADAM)
        return;
    ok(bp_trainer_set(trainer, BP_TRAINER_ACCUMULATE, 2));
    ok(bp_trainer_set(trainer, BP_TRAINER_CLIP_NORM, 0.1));
    ok(bp_trainer_set(trainer, BP_TRAINER_BIAS_DECAY, 0));
    ok(bp_trainer_set_layer(trainer, 0, BP_TRAINER_LAYER_RATE, 0.5));
    ok(bp_trainer_set_layer(trainer, 1, BP_TRAINER_LAYER_MAX_NORM, 0.75));
    ok(bp_schedule_create(BP_SCHEDULE_EXPONENTIAL, NULL, &schedule));
    ok(bp_trainer_set_schedule(trainer, schedule));
    bp_schedule_destroy(schedule);
}

static void run_create_with(struct run *r, void **state, int32_t kind, double rate)
{
    static const size_t widths[] = {2, 8, 2};
    const struct net_recipe recipe = {
        env_of(state), widths, 3, BP_ACTIVATION_TANH, BP_ACTIVATION_SOFTMAX, 0};

    r->network = make_network(&recipe, 2);
    r->cost = make_cost(BP_COST_SOFTMAX_CROSS_ENTROPY, env_of(state));
    r->kind = kind;
    ok(bp_optimizer_create(kind, env_of(state), &r->rule));
    ok(bp_optimizer_set(r->rule, BP_OPTIMIZER_RATE, rate));
    ok(bp_trainer_create(r->network, r->cost, r->rule, &r->trainer));
    adjust(r->trainer, kind);
    ok(bp_trainer_build(r->trainer, 5));
    ok(bp_dataset_create(env_of(state), &r->data));
    ok(bp_dataset_generate(r->data, BP_GENERATE_MOONS, ROWS, 0.2, 4));
}

static void run_create(struct run *r, void **state, double rate)
{
    run_create_with(r, state, BP_OPTIMIZER_SGD, rate);
}

static void run_destroy(struct run *r)
{
    bp_trainer_destroy(r->trainer);
    bp_network_destroy(r->network);
    bp_dataset_destroy(r->data);
    bp_cost_destroy(r->cost);
    bp_optimizer_destroy(r->rule);
}

/* ---- folds ---- */

static void assert_fold(const bp_dataset *data, const bp_fold *fold, size_t seen[ROWS])
{
    bp_dataset *twin = NULL;
    bp_dataset *parts[2] = {NULL, NULL};
    size_t of_class = 0;

    ok(bp_dataset_slice((bp_dataset *)data, 0, ROWS, &twin));
    ok(bp_dataset_fold(twin, fold, &parts[0], &parts[1]));
    bp_dataset_destroy(twin);
    assert_int_equal(bp_dataset_rows(parts[0]) + bp_dataset_rows(parts[1]), ROWS);
    assert_true(bp_dataset_rows(parts[1]) >= ROWS / fold->folds);
    assert_true(bp_dataset_rows(parts[1]) <= ROWS / fold->folds + 1);
    for (size_t row = 0; row < bp_dataset_rows(parts[1]); row++) {
        float weight = 0;
        int32_t label = -1;

        ok(bp_dataset_get_weight(parts[1], row, &weight)); /* is the row's number */
        seen[(size_t)weight]++;
        ok(bp_dataset_get_label(parts[1], row, &label));
        of_class += label == 0;
    }
    if (fold->method == BP_SPLIT_STRATIFIED)
        assert_true(of_class >= 20 / fold->folds && of_class <= 20 / fold->folds + 1);
    bp_dataset_destroy(parts[0]);
    bp_dataset_destroy(parts[1]);
}

static bp_dataset *numbered(void **state)
{
    bp_dataset *data = NULL;
    float x[ROWS];
    float weights[ROWS];
    int32_t labels[ROWS];

    for (size_t i = 0; i < ROWS; i++) {
        x[i] = (float)i;
        weights[i] = (float)i;
        labels[i] = i % 3 == 0 ? 0 : 1; /* 20 and 40 */
    }
    ok(bp_dataset_create(env_of(state), &data));
    ok(bp_dataset_set_inputs(data, x, ROWS, 1, 1));
    ok(bp_dataset_set_labels(data, labels, ROWS, 2));
    ok(bp_dataset_set_weights(data, weights, ROWS));
    return data;
}

/* Each row is held out once, for every method and number of folds. */
static void each_row_is_held_out_once(void **state)
{
    bp_dataset *data = numbered(state);

    for (int32_t method = BP_SPLIT_ORDERED; method <= BP_SPLIT_STRATIFIED; method++)
        for (size_t folds = 2; folds <= ROWS; folds += folds < 9 ? 1 : 17) {
            size_t seen[ROWS] = {0};
            bp_fold fold = {sizeof fold, method, folds, 0, 7};

            for (; fold.fold < folds; fold.fold++)
                assert_fold(data, &fold, seen);
            for (size_t i = 0; i < ROWS; i++)
                assert_int_equal(seen[i], 1);
        }
    bp_dataset_destroy(data);
}

static void folds_follow_the_seed(void **state)
{
    bp_dataset *data = numbered(state);
    size_t seen[4][ROWS] = {{0}};
    bp_fold fold = {sizeof fold, BP_SPLIT_SHUFFLED, 4, 1, 7};

    assert_fold(data, &fold, seen[0]);
    assert_fold(data, &fold, seen[1]);
    fold.seed = 8;
    assert_fold(data, &fold, seen[2]);
    fold.method = BP_SPLIT_ORDERED;
    assert_fold(data, &fold, seen[3]);
    assert_memory_equal(seen[0], seen[1], sizeof seen[0]);
    assert_memory_not_equal(seen[0], seen[2], sizeof seen[0]);
    for (size_t i = 0; i < ROWS; i++)
        assert_int_equal(seen[3][i], i / 15 == 1);
    bp_dataset_destroy(data);
}

/* ---- cross-validation ---- */

struct seen {
    double scores[40], costs[40];
    uint64_t seeds[40], repeats[40], folds[40];
    size_t count;
    size_t stop_at;
};

static int32_t note(const bp_cross_run *run, void *user)
{
    struct seen *seen = user;

    assert_int_equal(run->struct_size, sizeof *run);
    assert_int_equal(run->run, seen->count);
    seen->scores[seen->count] = run->score;
    seen->costs[seen->count] = run->cost;
    seen->seeds[seen->count] = run->seed;
    seen->repeats[seen->count] = run->repeat;
    seen->folds[seen->count] = run->fold;
    seen->count++;
    return seen->count == seen->stop_at;
}

static void mean_and_spread(void **state)
{
    struct run r;
    struct seen seen = {.count = 0};
    bp_cross_options options;
    bp_fit_options fit;
    bp_cross_report report = {.struct_size = sizeof report};
    double mean = 0;
    double squares = 0;

    run_create(&r, state, 0.2);
    ok(bp_cross_options_init(&options));
    ok(bp_fit_options_init(&fit));
    fit.epochs = 30;
    options.fit = &fit;
    options.folds = 4;
    options.repeats = 3;
    options.method = BP_SPLIT_STRATIFIED;
    options.metric = BP_METRIC_ACCURACY;
    options.scaling = BP_SCALING_STANDARD;
    options.progress = note;
    options.user = &seen;
    ok(bp_trainer_cross_validate(r.trainer, r.data, &options, &report));
    assert_int_equal(seen.count, 12);
    assert_int_equal(report.runs, 12);
    for (size_t i = 0; i < 12; i++)
        mean += seen.scores[i] / 12;
    for (size_t i = 0; i < 12; i++) {
        squares += (seen.scores[i] - mean) * (seen.scores[i] - mean);
        assert_int_equal(seen.repeats[i], i / 4);
        assert_int_equal(seen.folds[i], i % 4);
        for (size_t other = 0; other < i; other++)
            assert_true(seen.seeds[i] != seen.seeds[other]);
    }
    assert_relative(report.mean, mean, 1e-14);
    assert_relative(report.deviation, sqrt(squares / 11), 1e-12);
    assert_true(report.least <= report.mean && report.mean <= report.most);
    assert_true(report.mean > 0.8 && report.deviation > 0);
    assert_same_f64(report.epochs_mean, 30);
    run_destroy(&r);
}

/* One run of it, by hand: the same seed, and a scaler that knows only the rows trained
 * on, give the same cost. */
static double cost_by_hand(void **state, struct run *r, uint64_t seed, bp_dataset *held)
{
    bp_scaler *scaler = NULL;
    bp_network *network = NULL;
    bp_trainer *trainer = NULL;
    bp_workspace *workspace = NULL;
    bp_fit_options fit;
    bp_evaluation found = {.struct_size = sizeof found};

    ok(bp_scaler_create(BP_SCALING_STANDARD, env_of(state), &scaler));
    ok(bp_scaler_fit(scaler, r->data));
    ok(bp_scaler_apply(scaler, r->data));
    ok(bp_scaler_apply(scaler, held));
    ok(bp_network_clone(r->network, &network));
    ok(bp_network_initialise(network, seed));
    ok(bp_trainer_create(network, r->cost, r->rule, &trainer));
    adjust(trainer, r->kind);
    ok(bp_trainer_build(trainer, seed));
    ok(bp_fit_options_init(&fit));
    fit.epochs = 5;
    ok(bp_trainer_train(trainer, r->data, &fit, NULL));
    ok(bp_workspace_create(network, 4, &workspace));
    ok(bp_network_evaluate(network, workspace, r->cost, held, &found));
    bp_workspace_destroy(workspace);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    bp_scaler_destroy(scaler);
    return found.cost;
}

static double first_cost(void **state, int32_t kind, double rate)
{
    struct run r;
    struct seen seen = {.stop_at = 1};
    bp_cross_options options;
    bp_fit_options fit;
    bp_cross_report report = {.struct_size = sizeof report, .mean = 7};
    bp_dataset *held = NULL;

    run_create_with(&r, state, kind, rate);
    ok(bp_dataset_create(env_of(state), &held));
    ok(bp_dataset_generate(held, BP_GENERATE_MOONS, 20, 0.8, 6));
    ok(bp_cross_options_init(&options));
    ok(bp_fit_options_init(&fit));
    fit.epochs = 5;
    options.fit = &fit;
    options.folds = 1;
    options.held = held;
    options.scaling = BP_SCALING_STANDARD;
    options.progress = note;
    options.user = &seen;
    assert_status(bp_trainer_cross_validate(r.trainer, r.data, &options, &report),
                  BP_ESTOPPED);
    assert_same_f64(report.mean, 7);
    assert_same_f64(seen.costs[0], seen.scores[0]);
    assert_same_f64(cost_by_hand(state, &r, seen.seeds[0], held), seen.costs[0]);
    bp_dataset_destroy(held);
    run_destroy(&r);
    return seen.costs[0];
}

/* Settings, factors of layers, schedules and those of L-BFGS come along. */
static void a_run_by_hand(void **state)
{
    const double costs[] = {
        first_cost(state, BP_OPTIMIZER_SGD, 0.2),
        first_cost(state, BP_OPTIMIZER_ADAM, 0.02),
        first_cost(state, BP_OPTIMIZER_LBFGS, 1),
    };

    assert_true(costs[0] != costs[1] && costs[1] != costs[2] && costs[0] != costs[2]);
}

/* The same seed gives the same figures; the description and the data stay. */
static void runs_follow_the_seed(void **state)
{
    struct run r;
    bp_cross_options options;
    bp_cross_report reports[3];
    size_t count;
    double *before;
    double *after;

    run_create(&r, state, 0.2);
    before = copy_parameters(r.network, &count);
    ok(bp_cross_options_init(&options));
    for (size_t i = 0; i < 3; i++) {
        reports[i] = (bp_cross_report){.struct_size = sizeof reports[i]};
        options.seed = i < 2 ? 11 : 12;
        ok(bp_trainer_cross_validate(r.trainer, r.data, &options, &reports[i]));
    }
    assert_same_f64(reports[0].mean, reports[1].mean);
    assert_same_f64(reports[0].deviation, reports[1].deviation);
    assert_true(reports[0].mean != reports[2].mean);
    after = copy_parameters(r.network, &count);
    assert_memory_equal(before, after, count * sizeof *after);
    free(before);
    free(after);
    run_destroy(&r);
}

/* The data set itself stays as it is. */
static void inputs_are_scaled(void **state)
{
    struct run r;
    bp_cross_options options;
    bp_cross_report report = {.struct_size = sizeof report};
    bp_dataset *data = NULL;
    static const float x[] = {1e4f, 0, 1e4f, 1, 1e4f, 0, 1e4f, 1};
    static const int32_t labels[] = {0, 1, 0, 1};

    run_create(&r, state, 0.2);
    ok(bp_dataset_create(env_of(state), &data));
    ok(bp_dataset_set_inputs(data, x, 4, 2, 2));
    ok(bp_dataset_set_labels(data, labels, 4, 2));
    ok(bp_cross_options_init(&options));
    options.folds = 2;
    options.scaling = BP_SCALING_STANDARD;
    ok(bp_trainer_cross_validate(r.trainer, data, &options, &report));
    assert_true(report.mean < 0.3);
    options.scaling = 0;
    ok(bp_trainer_cross_validate(r.trainer, data, &options, &report));
    assert_true(report.mean > 0.3);
    {
        float first[2];

        ok(bp_dataset_get_inputs(data, 0, first, 2));
        assert_same_f32(first[0], 1e4f);
    }
    bp_dataset_destroy(data);
    run_destroy(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(each_row_is_held_out_once), HOST_TEST(folds_follow_the_seed),
        HOST_TEST(mean_and_spread),           HOST_TEST(a_run_by_hand),
        HOST_TEST(runs_follow_the_seed),      HOST_TEST(inputs_are_scaled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
