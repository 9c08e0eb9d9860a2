/* SPDX-License-Identifier: MIT */
/*
 * From a gradient to an update: clipping, several batches an update, layers that are
 * treated otherwise than the rest, limits of norms.
 */
#include "unit_helpers.h"

/* 3-2-2, tanh and linear: 6 + 2 + 4 + 2 parameters. */
enum { INPUTS = 3, OUTPUTS = 2, PARAMETERS = 14, ROWS = 10, BATCH = 2 };

struct run {
    bp_network *network;
    bp_trainer *trainer;
};

static struct run make_run(const bp_env *env, int32_t kind, double accumulate)
{
    static const size_t widths[] = {INPUTS, 2, OUTPUTS};
    const struct net_recipe recipe = {
        env, widths, 3, BP_ACTIVATION_TANH, BP_ACTIVATION_LINEAR, BP_PRECISION_F64};
    struct run run = {make_network(&recipe, 3), NULL};
    bp_cost *cost = make_cost(BP_COST_QUADRATIC, NULL);
    bp_optimizer *optimizer = NULL;

    ok(bp_optimizer_create(kind, NULL, &optimizer));
    ok(bp_optimizer_set(optimizer, BP_OPTIMIZER_RATE, 0.5));
    ok(bp_trainer_create(run.network, cost, optimizer, &run.trainer));
    ok(bp_trainer_set(run.trainer, BP_TRAINER_BATCH, BATCH));
    ok(bp_trainer_set(run.trainer, BP_TRAINER_SHUFFLE, 0));
    ok(bp_trainer_set(run.trainer, BP_TRAINER_ACCUMULATE, accumulate));
    ok(bp_trainer_build(run.trainer, 1));
    bp_cost_destroy(cost);
    bp_optimizer_destroy(optimizer);
    return run;
}

static void destroy(struct run *run)
{
    bp_trainer_destroy(run->trainer);
    bp_network_destroy(run->network);
}

static void parameters(const struct run *run, double values[PARAMETERS])
{
    size_t count = 0;
    double *copy = copy_parameters(run->network, &count);

    assert_int_equal(count, PARAMETERS);
    memcpy(values, copy, PARAMETERS * sizeof *values);
    free(copy);
}

/* The gradients, in the order of the parameters. */
static void gradients(const struct run *run, double values[PARAMETERS])
{
    static const size_t counts[] = {6, 2, 4, 2};

    for (size_t i = 0; i < 4; i++) {
        ok(bp_trainer_get_gradient_f64(run->trainer, i / 2, (int32_t)(i % 2), values,
                                       counts[i]));
        values += counts[i];
    }
}

static const double x[] = {1, -0.5, 0.25, 0.75, -1, 0.5};
static const double y[] = {4, -3, 2, -1};

static void take_gradient(const struct run *run, double gradient[PARAMETERS])
{
    ok(bp_trainer_gradient_f64(run->trainer, x, 6, y, 4, NULL));
    gradients(run, gradient);
}

static double norm_of(const double *values, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += values[i] * values[i];
    return sqrt(sum);
}

/* ---- clipping ---- */

static void clips_the_norm(void **state)
{
    for (double limit = 0.25; limit < 64; limit *= 4) {
        struct run run = make_run(env_of(state), BP_OPTIMIZER_SGD, 1);
        double w[PARAMETERS], g[PARAMETERS], after[PARAMETERS];
        double factor;

        ok(bp_trainer_set(run.trainer, BP_TRAINER_CLIP_NORM, limit));
        parameters(&run, w);
        take_gradient(&run, g);
        factor = fmin(1, limit / (norm_of(g, PARAMETERS) + 1e-6));
        ok(bp_trainer_update(run.trainer));
        parameters(&run, after);
        for (size_t i = 0; i < PARAMETERS; i++)
            assert_close(after[i], w[i] - 0.5 * factor * g[i], 1e-15, 1e-14);
        gradients(&run, after);
        for (size_t i = 0; i < PARAMETERS; i++)
            assert_close(after[i], factor * g[i], 1e-16, 1e-14);
        destroy(&run);
    }
}

static void clips_values_before_the_norm(void **state)
{
    struct run run = make_run(env_of(state), BP_OPTIMIZER_SGD, 1);
    double w[PARAMETERS], g[PARAMETERS], after[PARAMETERS];
    double factor;
    size_t clipped = 0;

    ok(bp_trainer_set(run.trainer, BP_TRAINER_CLIP_VALUE, 0.75));
    ok(bp_trainer_set(run.trainer, BP_TRAINER_CLIP_NORM, 0.5));
    parameters(&run, w);
    take_gradient(&run, g);
    for (size_t i = 0; i < PARAMETERS; i++) {
        clipped += fabs(g[i]) > 0.75;
        g[i] = fmin(0.75, fmax(-0.75, g[i]));
    }
    assert_true(clipped > 0 && clipped < PARAMETERS);
    factor = 0.5 / (norm_of(g, PARAMETERS) + 1e-6);
    assert_true(factor < 1);
    ok(bp_trainer_update(run.trainer));
    parameters(&run, after);
    for (size_t i = 0; i < PARAMETERS; i++)
        assert_close(after[i], w[i] - 0.5 * factor * g[i], 1e-15, 1e-14);
    destroy(&run);
}

/* A norm that overflows is an error, and no parameter changes. */
static void refuses_a_norm_that_overflows(void **state)
{
    struct run run = make_run(env_of(state), BP_OPTIMIZER_SGD, 1);
    double w[PARAMETERS], g[PARAMETERS], after[PARAMETERS];
    double *view = NULL;
    size_t count = 0;

    ok(bp_trainer_set(run.trainer, BP_TRAINER_CLIP_NORM, 1));
    parameters(&run, w);
    take_gradient(&run, g);
    ok(bp_trainer_get_gradient_view_f64(run.trainer, &view, &count));
    view[0] = 1e200;
    assert_status(bp_trainer_update(run.trainer), BP_EDATA);
    assert_line(bp_trainer_error(run.trainer), "norm of the gradient is inf");
    parameters(&run, after);
    assert_bits_f64(after, w, PARAMETERS);
    assert_status(bp_trainer_update(run.trainer), BP_ESTATE);
    ok(bp_trainer_set(run.trainer, BP_TRAINER_CLIP_VALUE, 1));
    take_gradient(&run, g);
    view[0] = 1e200;
    ok(bp_trainer_update(run.trainer));
    destroy(&run);
}

/* ---- several batches ---- */

static double updates_of(const struct run *run)
{
    double updates = 0;

    ok(bp_trainer_get_number(run->trainer, BP_NUMBER_UPDATES, &updates));
    return updates;
}

/* Five batches of two rows, three an update: as one of 6 rows, then one of the 4 left,
 * which the end of the epoch makes. Momentum sees two updates. */
static void batches_make_one_update(void **state)
{
    struct run run = make_run(env_of(state), BP_OPTIMIZER_ADAM, 3);
    struct run whole = make_run(env_of(state), BP_OPTIMIZER_ADAM, 1);
    bp_dataset *data = make_dataset(ROWS, INPUTS, OUTPUTS, env_of(state));
    bp_dataset *parts[2] = {NULL, NULL};
    bp_cost *cost = make_cost(BP_COST_QUADRATIC, NULL);
    bp_trainer *large = NULL;
    double w[PARAMETERS], expected[PARAMETERS];

    ok(bp_dataset_slice(data, 0, 6, &parts[0]));
    ok(bp_dataset_slice(data, 6, 4, &parts[1]));
    ok(bp_trainer_create(whole.network, cost, bp_trainer_get_optimizer(whole.trainer),
                         &large));
    ok(bp_trainer_set(large, BP_TRAINER_BATCH, 6));
    ok(bp_trainer_set(large, BP_TRAINER_SHUFFLE, 0));
    ok(bp_trainer_build(large, 1));
    for (size_t epoch = 1; epoch <= 3; epoch++) {
        ok(bp_trainer_epoch(run.trainer, data, NULL));
        ok(bp_trainer_epoch(large, parts[0], NULL));
        ok(bp_trainer_epoch(large, parts[1], NULL));
        parameters(&run, w);
        parameters(&whole, expected);
        assert_close_f64(w, expected, PARAMETERS, 1e-12, 1e-12);
        assert_same_f64(updates_of(&run), 2 * (double)epoch);
    }
    bp_cost_destroy(cost);
    bp_trainer_destroy(large);
    bp_dataset_destroy(parts[0]);
    bp_dataset_destroy(parts[1]);
    bp_dataset_destroy(data);
    destroy(&run);
    destroy(&whole);
}

/* Batches of one row and of two: the mean is over rows. Nothing moves before. */
static void rows_count_and_not_batches(void **state)
{
    struct run run = make_run(env_of(state), BP_OPTIMIZER_SGD, 2);
    double w[PARAMETERS], one[PARAMETERS], two[PARAMETERS], after[PARAMETERS];

    parameters(&run, w);
    ok(bp_trainer_step_f64(run.trainer, x, 3, y, 2, NULL));
    gradients(&run, one);
    parameters(&run, after);
    assert_bits_f64(after, w, PARAMETERS);
    take_gradient(&run, two);
    ok(bp_trainer_update(run.trainer));
    parameters(&run, after);
    for (size_t i = 0; i < PARAMETERS; i++)
        assert_close(after[i], w[i] - 0.5 * (one[i] + 2 * two[i]) / 3, 1e-15, 1e-14);
    assert_same_f64(updates_of(&run), 1);
    destroy(&run);
}

/* ---- layers ---- */

struct layer_rule {
    double rate, decay, frozen;
};

static void set_layers(const struct run *run, const struct layer_rule rules[2])
{
    for (size_t layer = 0; layer < 2; layer++) {
        ok(bp_trainer_set_layer(run->trainer, layer, BP_TRAINER_LAYER_RATE,
                                rules[layer].rate));
        ok(bp_trainer_set_layer(run->trainer, layer, BP_TRAINER_LAYER_DECAY,
                                rules[layer].decay));
        ok(bp_trainer_set_layer(run->trainer, layer, BP_TRAINER_LAYER_FROZEN,
                                rules[layer].frozen));
    }
}

/* Decoupled decay, L2 and L1, all at once, by layer, with or without the biases. */
static void layers_have_rates_and_decay(void **state)
{
    static const struct layer_rule table[][2] = {
        {{1, 1, 0}, {1, 1, 0}},   {{2, 1, 0}, {0.5, 1, 0}}, {{1, 3, 0}, {1, 0, 0}},
        {{0, 1, 0}, {1, 0.5, 0}}, {{1, 1, 1}, {3, 2, 0}},   {{1, 1, 0}, {1, 1, 1}},
    };

    for (size_t i = 0; i < 2 * COUNT(table); i++) {
        const struct layer_rule *rules = table[i / 2];
        const bool biases = i % 2 == 0;
        struct run run = make_run(env_of(state), BP_OPTIMIZER_SGD, 1);
        bp_optimizer *sgd = bp_trainer_get_optimizer(run.trainer);
        double w[PARAMETERS], g[PARAMETERS], after[PARAMETERS];

        ok(bp_optimizer_set(sgd, BP_OPTIMIZER_WEIGHT_DECAY, 0.1));
        ok(bp_optimizer_set(sgd, BP_OPTIMIZER_DECOUPLED_DECAY, 0.2));
        ok(bp_optimizer_set(sgd, BP_OPTIMIZER_L1, 0.05));
        ok(bp_trainer_set(run.trainer, BP_TRAINER_BIAS_DECAY, biases));
        set_layers(&run, rules);
        for (size_t step = 0; step < 2; step++) {
            parameters(&run, w);
            take_gradient(&run, g);
            ok(bp_trainer_update(run.trainer));
        }
        parameters(&run, after);
        for (size_t j = 0; j < PARAMETERS; j++) {
            const struct layer_rule *rule = &rules[j >= 8];
            const bool bias = j == 6 || j == 7 || j >= 12;
            const double decay = bias && !biases ? 0 : rule->decay;
            const double rate = 0.5 * rule->rate;
            const double left = w[j] * (1 - rate * 0.2 * decay);
            const double sign = (left > 0) - (left < 0);
            const double pull = g[j] + decay * (0.1 * left + 0.05 * sign);

            assert_close(after[j], rule->frozen != 0 ? w[j] : left - rate * pull, 1e-15,
                         1e-14);
        }
        destroy(&run);
    }
}

/* The gradient of a frozen layer is not part of the norm. */
static void frozen_layers_have_no_norm(void **state)
{
    struct run run = make_run(env_of(state), BP_OPTIMIZER_SGD, 1);
    double w[PARAMETERS], g[PARAMETERS], after[PARAMETERS];
    double factor;

    ok(bp_trainer_set_layer(run.trainer, 0, BP_TRAINER_LAYER_FROZEN, 1));
    ok(bp_trainer_set(run.trainer, BP_TRAINER_CLIP_NORM, 0.5));
    parameters(&run, w);
    take_gradient(&run, g);
    factor = 0.5 / (norm_of(g + 8, 6) + 1e-6);
    ok(bp_trainer_update(run.trainer));
    parameters(&run, after);
    assert_bits_f64(after, w, 8);
    for (size_t i = 8; i < PARAMETERS; i++)
        assert_close(after[i], w[i] - 0.5 * factor * g[i], 1e-15, 1e-14);
    destroy(&run);
}

static double missed_by(const struct run *run, size_t layer)
{
    double missed = -1;

    ok(bp_trainer_get_layer(run->trainer, layer, BP_TRAINER_LAYER_MISSED, &missed));
    return missed;
}

/* Three updates with the first layer frozen. */
static struct run make_late(const bp_env *env, int32_t kind)
{
    struct run run = make_run(env, kind, 1);
    bp_optimizer *optimizer = bp_trainer_get_optimizer(run.trainer);

    if (kind == BP_OPTIMIZER_ADAGRAD)
        ok(bp_optimizer_set(optimizer, BP_OPTIMIZER_RATE_DECAY, 0.5));
    if (kind == BP_OPTIMIZER_SGD) {
        ok(bp_optimizer_set(optimizer, BP_OPTIMIZER_MOMENTUM, 0.5));
        ok(bp_optimizer_set(optimizer, BP_OPTIMIZER_DAMPENING, 0.25));
    }
    ok(bp_trainer_set_layer(run.trainer, 0, BP_TRAINER_LAYER_FROZEN, 1));
    for (size_t i = 0; i < 3; i++)
        ok(bp_trainer_step_f64(run.trainer, x, 6, y, 4, NULL));
    ok(bp_trainer_set_layer(run.trainer, 0, BP_TRAINER_LAYER_FROZEN, 0));
    return run;
}

/* The first update of a layer that was frozen is a first one, as in PyTorch, and the next
 * its second. At a gradient that stays, corrected steps of Adam and its kin are rate
 * sign(g); those of Adagrad and of SGD, which is not dampened at first, follow below. */
static void a_late_layer_begins_at_its_first_update(void **state)
{
    static const struct {
        int32_t kind;
        double steps[2]; /* in units of the rate, and of the gradient for SGD */
    } rows[] = {
        {BP_OPTIMIZER_ADAM, {1, 1}},
        {BP_OPTIMIZER_AMSGRAD, {1, 1}},
        {BP_OPTIMIZER_ADAMW, {1, 1}},
        {BP_OPTIMIZER_ADAGRAD, {1, 0.47140452079103173}}, /* 1 / 1.5 / sqrt 2 */
        {BP_OPTIMIZER_SGD, {1, 1.25}},                    /* 0.5 + 0.75 */
    };
    const double rate = 1e-7;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const bool plain = rows[i].kind == BP_OPTIMIZER_SGD;
        const double decay = rows[i].kind == BP_OPTIMIZER_ADAMW ? 0.01 : 0;
        struct run run = make_late(env_of(state), rows[i].kind);
        double w[PARAMETERS], g[PARAMETERS], after[PARAMETERS];

        ok(bp_optimizer_set(bp_trainer_get_optimizer(run.trainer), BP_OPTIMIZER_RATE,
                            rate));
        assert_same_f64(missed_by(&run, 1), 0);
        for (size_t k = 0; k < 2; k++) {
            parameters(&run, w);
            take_gradient(&run, g);
            ok(bp_trainer_update(run.trainer));
            parameters(&run, after);
            for (size_t j = 0; j < 8; j++) {
                const double unit = plain ? g[j] : g[j] > 0 ? 1 : -1;

                assert_true(fabs(g[j]) > 1e-3);
                assert_close((after[j] - w[j]) / rate,
                             -rows[i].steps[k] * unit - decay * w[j], 1e-4, 1e-4);
            }
            assert_same_f64(missed_by(&run, 0), 3);
        }
        destroy(&run);
    }
}

/* What a layer missed is taken out and put in with the rest; a trainer that begins anew
 * has missed nothing. */
static void a_late_layer_is_put_back(void **state)
{
    struct run run = make_late(env_of(state), BP_OPTIMIZER_ADAM);
    struct run other = make_run(env_of(state), BP_OPTIMIZER_ADAM, 1);
    struct run early = make_run(env_of(state), BP_OPTIMIZER_ADAM, 1);
    bp_snapshot *snapshot = NULL;
    double w[PARAMETERS], expected[PARAMETERS];

    ok(bp_snapshot_create(env_of(state), &snapshot));
    for (size_t i = 0; i < 2; i++) {
        ok(bp_snapshot_take(snapshot, run.trainer));
        ok(bp_trainer_restore(other.trainer, snapshot));
        assert_same_f64(missed_by(&run, 0), 3);
        assert_same_f64(missed_by(&other, 0), 3);
        ok(bp_trainer_step_f64(run.trainer, x, 6, y, 4, NULL));
        ok(bp_trainer_step_f64(other.trainer, x, 6, y, 4, NULL));
        parameters(&run, expected);
        parameters(&other, w);
        assert_bits_f64(w, expected, PARAMETERS);
    }
    ok(bp_snapshot_take(snapshot, early.trainer));
    ok(bp_trainer_restore(other.trainer, snapshot));
    assert_same_f64(missed_by(&other, 0), 0);
    bp_snapshot_destroy(snapshot);
    destroy(&run);
    destroy(&other);
    destroy(&early);
}

/* Runs of a cross-validation begin with nothing missed. */
static void a_late_layer_is_none_of_a_new_run(void **state)
{
    struct run late = make_late(env_of(state), BP_OPTIMIZER_ADAM);
    struct run early = make_run(env_of(state), BP_OPTIMIZER_ADAM, 1);
    bp_dataset *data = make_dataset(ROWS, INPUTS, OUTPUTS, env_of(state));
    bp_fit_options fit;
    bp_cross_options options;
    bp_cross_report reports[2] = {{.struct_size = sizeof reports[0]},
                                  {.struct_size = sizeof reports[0]}};

    ok(bp_fit_options_init(&fit));
    ok(bp_cross_options_init(&options));
    fit.epochs = 2;
    options.folds = 2;
    options.fit = &fit;
    ok(bp_trainer_cross_validate(late.trainer, data, &options, &reports[0]));
    ok(bp_trainer_cross_validate(early.trainer, data, &options, &reports[1]));
    assert_same_f64(reports[0].mean, reports[1].mean);
    assert_same_f64(missed_by(&late, 0), 3);
    bp_dataset_destroy(data);
    destroy(&late);
    destroy(&early);
}

/* Rows of w[to][from] that are too long become as long as the limit, as by `renorm`. */
static void norms_stay_within_their_limit(void **state)
{
    struct run run = make_run(env_of(state), BP_OPTIMIZER_SGD, 1);
    const double big[6] = {3, 4, 12, 0.1, 0.2, 0.2};
    double w[PARAMETERS], after[PARAMETERS];

    ok(bp_trainer_set_layer(run.trainer, 0, BP_TRAINER_LAYER_MAX_NORM, 2));
    ok(bp_network_set_parameter_f64(run.network, 0, BP_PARAMETER_WEIGHT, big, 6));
    ok(bp_optimizer_set(bp_trainer_get_optimizer(run.trainer), BP_OPTIMIZER_RATE,
                        1e-300));
    parameters(&run, w);
    ok(bp_trainer_step_f64(run.trainer, x, 6, y, 4, NULL));
    parameters(&run, after);
    for (size_t i = 0; i < 3; i++)
        assert_close(after[i], big[i] * (2 / (13 + 1e-7)), 0, 1e-14);
    assert_close_f64(after + 3, w + 3, PARAMETERS - 3, 1e-200, 0);
    destroy(&run);
}

static void layer_settings(void **state)
{
    static const struct {
        int32_t key;
        double initial, good, bad;
    } rows[] = {
        {BP_TRAINER_LAYER_RATE, 1, 0, -1},    {BP_TRAINER_LAYER_DECAY, 1, 1e6, 2e6},
        {BP_TRAINER_LAYER_FROZEN, 0, 1, 0.5}, {BP_TRAINER_LAYER_MAX_NORM, 0, 3, -1},
        {BP_TRAINER_LAYER_MISSED, 0, 7, 0.5},
    };
    struct run run = make_run(env_of(state), BP_OPTIMIZER_SGD, 1);

    for (size_t i = 0; i < COUNT(rows); i++) {
        double value = (double)NAN;

        ok(bp_trainer_get_layer(run.trainer, 1, rows[i].key, &value));
        assert_same_f64(value, rows[i].initial);
        ok(bp_trainer_set_layer(run.trainer, 1, rows[i].key, rows[i].good));
        assert_status(bp_trainer_set_layer(run.trainer, 1, rows[i].key, rows[i].bad),
                      BP_EINVAL);
        ok(bp_trainer_get_layer(run.trainer, 1, rows[i].key, &value));
        assert_same_f64(value, rows[i].good);
        ok(bp_trainer_get_layer(run.trainer, 0, rows[i].key, &value));
        assert_same_f64(value, rows[i].initial);
    }
    destroy(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(clips_the_norm),
        HOST_TEST(clips_values_before_the_norm),
        HOST_TEST(refuses_a_norm_that_overflows),
        HOST_TEST(batches_make_one_update),
        HOST_TEST(rows_count_and_not_batches),
        HOST_TEST(layers_have_rates_and_decay),
        HOST_TEST(frozen_layers_have_no_norm),
        HOST_TEST(a_late_layer_begins_at_its_first_update),
        HOST_TEST(a_late_layer_is_put_back),
        HOST_TEST(a_late_layer_is_none_of_a_new_run),
        HOST_TEST(norms_stay_within_their_limit),
        HOST_TEST(layer_settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
