/* SPDX-License-Identifier: MIT */
/*
 * Operations of the caller's own: trained beside what the library has built in, what
 * their callbacks are given, and that one which stops changes nothing.
 */
#include "unit_helpers.h"

enum { WIDTH = 3, ROWS = 4, STEPS = 20, RECORDS = 64 };

static const int32_t precisions[] = {BP_PRECISION_F32, BP_PRECISION_F64};

static double at(const bp_run *run, const void *array, size_t i)
{
    return run->precision == BP_PRECISION_F64 ? ((const double *)array)[i]
                                              : (double)((const float *)array)[i];
}

static void put(const bp_run *run, void *array, size_t i, double value)
{
    if (run->precision == BP_PRECISION_F64)
        ((double *)array)[i] = value;
    else
        ((float *)array)[i] = (float)value;
}

/* ---- scale and shift: y_j = p_j x_j + p_(w + j), for a width of w ---- */

static int32_t plan_shift(size_t inputs, size_t *outputs, size_t *parameters, void *user)
{
    (void)user;
    *outputs = inputs;
    *parameters = 2 * inputs;
    return 0;
}

static int32_t shift(const bp_run *run)
{
    for (size_t r = 0; r < run->rows; r++)
        for (size_t j = 0; j < run->inputs; j++)
            put(run, run->output, r * run->output_stride + j,
                at(run, run->parameters, j) *
                        at(run, run->input, r * run->input_stride + j) +
                    at(run, run->parameters, run->inputs + j));
    return 0;
}

static int32_t shift_back(const bp_run *run)
{
    for (size_t j = 0; j < run->inputs; j++) {
        double scale = 0;
        double offset = 0;

        for (size_t r = 0; r < run->rows; r++) {
            const double g = at(run, run->output_grad, r * run->output_stride + j);

            scale += g * at(run, run->input, r * run->input_stride + j);
            offset += g;
            if (run->input_grad != NULL)
                put(run, run->input_grad, r * run->input_stride + j,
                    g * at(run, run->parameters, j));
        }
        put(run, run->parameter_grads, j, scale);
        put(run, run->parameter_grads, run->inputs + j, offset);
    }
    return 0;
}

static int32_t shift_start(const bp_run *run)
{
    for (size_t j = 0; j < run->inputs; j++)
        put(run, run->parameters, j, 1.5 - (double)j / 4);
    return 0;
}

static const bp_layer_ops shift_ops = {
    .struct_size = sizeof(bp_layer_ops),
    .version = 1,
    .name = "shift",
    .plan = plan_shift,
    .initialise = shift_start,
    .forward = shift,
    .backward = shift_back,
    .initialise_f64 = shift_start,
    .forward_f64 = shift,
    .backward_f64 = shift_back,
};

/* Dense, then the middle, then dense. NULL: a dense layer in the middle as well. */
static bp_network *around(void **state, const bp_layer_ops *ops, int32_t precision)
{
    bp_network *network = NULL;

    ok(bp_network_create(2, env_of(state), &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, precision));
    ok(bp_network_add_dense(network, WIDTH, BP_ACTIVATION_TANH));
    if (ops != NULL) {
        bp_layer *layer = NULL;

        ok(bp_layer_create_custom(ops, env_of(state), &layer));
        ok(bp_network_add(network, layer));
        bp_layer_destroy(layer);
    } else {
        ok(bp_network_add_dense(network, WIDTH, BP_ACTIVATION_LINEAR));
    }
    ok(bp_network_add_dense(network, 2, BP_ACTIVATION_LINEAR));
    return network;
}

/* The gradient of a dense layer whose weights stay on the diagonal. */
static void keep_diagonal(bp_trainer *trainer, const bp_network *network)
{
    bp_parameter_info info = {.struct_size = sizeof info};
    double *g = NULL;
    size_t count = 0;

    ok(bp_network_parameter_info(network, 1, BP_PARAMETER_WEIGHT, &info));
    ok(bp_trainer_get_gradient_view_f64(trainer, &g, &count));
    for (size_t to = 0; to < WIDTH; to++)
        for (size_t from = 0; from < WIDTH; from++)
            if (to != from)
                g[info.offset + to * info.row_stride + from * info.col_stride] = 0;
}

static void start_diagonal(bp_network *network)
{
    double w[WIDTH * WIDTH] = {0};

    for (size_t j = 0; j < WIDTH; j++)
        w[j * WIDTH + j] = 1.5 - (double)j / 4;
    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_WEIGHT, w, WIDTH * WIDTH));
}

static void assert_equivalent(const bp_network *own, const bp_network *dense)
{
    double p[2 * WIDTH];
    double w[WIDTH * WIDTH];
    double b[WIDTH];
    double first[2][2 * WIDTH];

    ok(bp_network_get_parameter_f64(own, 1, BP_PARAMETER_WEIGHT, p, 2 * WIDTH));
    ok(bp_network_get_parameter_f64(dense, 1, BP_PARAMETER_WEIGHT, w, WIDTH * WIDTH));
    ok(bp_network_get_parameter_f64(dense, 1, BP_PARAMETER_BIAS, b, WIDTH));
    for (size_t j = 0; j < WIDTH; j++)
        assert_close(p[j], w[j * WIDTH + j], 1e-14, 1e-13);
    assert_close_f64(p + WIDTH, b, WIDTH, 1e-14, 1e-13);
    ok(bp_network_get_parameter_f64(own, 0, 0, first[0], 2 * WIDTH));
    ok(bp_network_get_parameter_f64(dense, 0, 0, first[1], 2 * WIDTH));
    assert_close_f64(first[0], first[1], 2 * WIDTH, 1e-14, 1e-13);
}

/* Trained side by side: parameters of its own, and the gradient that it hands down. */
static void trains_as_a_dense_diagonal(void **state)
{
    bp_network *own = around(state, &shift_ops, BP_PRECISION_F64);
    bp_network *dense = around(state, NULL, BP_PRECISION_F64);
    double before[2 * WIDTH];
    double after[2 * WIDTH];
    bp_trainer *trainers[2];

    ok(bp_network_build(own, 5));
    ok(bp_network_build(dense, 5));
    start_diagonal(dense);
    assert_equivalent(own, dense);
    ok(bp_network_get_parameter_f64(own, 1, 0, before, 2 * WIDTH));
    trainers[0] = make_trainer(own, BP_COST_QUADRATIC, ROWS, 1);
    trainers[1] = make_trainer(dense, BP_COST_QUADRATIC, ROWS, 1);
    for (size_t step = 0; step < STEPS; step++) {
        double x[2 * ROWS];
        double y[2 * ROWS];
        double cost[2];

        spread_f64(x, 2 * ROWS, 10 * step);
        spread_f64(y, 2 * ROWS, 10 * step + 5);
        for (int i = 0; i < 2; i++) {
            ok(bp_trainer_gradient_f64(trainers[i], x, 2 * ROWS, y, 2 * ROWS, &cost[i]));
            if (i == 1)
                keep_diagonal(trainers[i], dense);
            ok(bp_trainer_update(trainers[i]));
        }
        assert_relative(cost[0], cost[1], 1e-13);
        assert_equivalent(own, dense);
    }
    ok(bp_network_get_parameter_f64(own, 1, 0, after, 2 * WIDTH));
    for (size_t i = 0; i < 2 * WIDTH; i++)
        assert_true(fabs(after[i] - before[i]) > 1e-4);
    bp_trainer_destroy(trainers[0]);
    bp_trainer_destroy(trainers[1]);
    bp_network_destroy(own);
    bp_network_destroy(dense);
}

/* ---- an activation and a cost beside the built-in ones ---- */

static int32_t own_tanh(const bp_run *run)
{
    for (size_t r = 0; r < run->rows; r++)
        for (size_t j = 0; j < run->outputs; j++)
            put(run, run->output, r * run->output_stride + j,
                tanh(at(run, run->input, r * run->input_stride + j)));
    return 0;
}

/* From a alone, which a layer in the middle still has. */
static int32_t own_tanh_back(const bp_run *run)
{
    for (size_t r = 0; r < run->rows; r++)
        for (size_t j = 0; j < run->outputs; j++) {
            const double a = at(run, run->output, r * run->output_stride + j);
            const double g = at(run, run->output_grad, r * run->output_stride + j);

            put(run, run->input_grad, r * run->input_stride + j, g * (1 - a * a));
        }
    return 0;
}

static const bp_activation_ops tanh_ops = {
    .struct_size = sizeof(bp_activation_ops),
    .version = 1,
    .name = "own_tanh",
    .forward = own_tanh,
    .backward = own_tanh_back,
    .forward_f64 = own_tanh,
    .backward_f64 = own_tanh_back,
};

/* Dense with it, then it as a layer, then dense. */
static bp_network *tanh_network(void **state, const bp_activation_ops *ops,
                                int32_t precision)
{
    bp_network *network = NULL;
    bp_layer *layers[2] = {NULL, NULL};

    ok(bp_network_create(2, env_of(state), &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, precision));
    ok(bp_layer_create_dense(5, BP_ACTIVATION_TANH, env_of(state), &layers[0]));
    ok(bp_layer_set(layers[0], BP_LAYER_WEIGHT_INIT, BP_INIT_XAVIER_UNIFORM));
    ok(bp_layer_set(layers[0], BP_LAYER_GAIN, 1));
    ok(bp_layer_create_activation(BP_ACTIVATION_TANH, env_of(state), &layers[1]));
    for (int i = 0; i < 2; i++) {
        if (ops != NULL)
            ok(bp_layer_set_activation(layers[i], ops));
        ok(bp_network_add(network, layers[i]));
        bp_layer_destroy(layers[i]);
    }
    ok(bp_network_add_dense(network, 2, BP_ACTIVATION_LINEAR));
    ok(bp_network_build(network, 5));
    return network;
}

static bp_trainer *trainer_with(void **state, bp_network *network, const bp_cost_ops *ops)
{
    bp_cost *cost = NULL;
    bp_optimizer *sgd = make_sgd(0.125, 0.5, env_of(state));
    bp_trainer *trainer = NULL;

    if (ops != NULL)
        ok(bp_cost_create_custom(ops, env_of(state), &cost));
    else
        cost = make_cost(BP_COST_QUADRATIC, env_of(state));
    ok(bp_trainer_create(network, cost, sgd, &trainer));
    ok(bp_trainer_set(trainer, BP_TRAINER_BATCH, ROWS));
    ok(bp_trainer_build(trainer, 77));
    bp_cost_destroy(cost);
    bp_optimizer_destroy(sgd);
    return trainer;
}

static void step_both(bp_trainer *const trainers[2], size_t step, double cost[2])
{
    double x[2 * ROWS];
    double y[2 * ROWS];

    spread_f64(x, 2 * ROWS, 10 * step);
    spread_f64(y, 2 * ROWS, 10 * step + 5);
    for (int i = 0; i < 2; i++)
        ok(bp_trainer_step_f64(trainers[i], x, 2 * ROWS, y, 2 * ROWS, &cost[i]));
}

static void assert_trains_alike(bp_network *const networks[2],
                                bp_trainer *const trainers[2], double within)
{
    double first = 0;
    double cost[2] = {0, 0};
    size_t count[2];
    double *w[2];

    for (size_t step = 0; step < STEPS; step++) {
        step_both(trainers, step, cost);
        first = step == 0 ? cost[0] : first;
        assert_relative(cost[0], cost[1], within);
    }
    assert_true(cost[0] != first);
    for (int i = 0; i < 2; i++)
        w[i] = copy_parameters(networks[i], &count[i]);
    assert_int_equal(count[0], count[1]);
    assert_close_f64(w[0], w[1], count[0], within, within);
    free(w[0]);
    free(w[1]);
}

static void activations_train_as_built_in(void **state)
{
    for (size_t p = 0; p < COUNT(precisions); p++) {
        bp_network *networks[2] = {tanh_network(state, &tanh_ops, precisions[p]),
                                   tanh_network(state, NULL, precisions[p])};
        bp_trainer *trainers[2] = {trainer_with(state, networks[0], NULL),
                                   trainer_with(state, networks[1], NULL)};

        assert_true(same_parameters(networks[0], networks[1]));
        assert_trains_alike(networks, trainers,
                            precisions[p] == BP_PRECISION_F64 ? 1e-13 : 1e-5);
        for (int i = 0; i < 2; i++) {
            bp_trainer_destroy(trainers[i]);
            bp_network_destroy(networks[i]);
        }
    }
}

static void costs_train_as_built_in(void **state)
{
    const bp_cost_ops ops = custom_cost(NULL);

    for (size_t p = 0; p < COUNT(precisions); p++) {
        bp_network *networks[2] = {tanh_network(state, NULL, precisions[p]),
                                   tanh_network(state, NULL, precisions[p])};
        bp_trainer *trainers[2] = {trainer_with(state, networks[0], &ops),
                                   trainer_with(state, networks[1], NULL)};

        assert_trains_alike(networks, trainers,
                            precisions[p] == BP_PRECISION_F64 ? 1e-13 : 1e-5);
        for (int i = 0; i < 2; i++) {
            bp_trainer_destroy(trainers[i]);
            bp_network_destroy(networks[i]);
        }
    }
}

/* ---- what the callbacks are given ---- */

struct notes {
    struct custom_state custom;
    bp_run run[RECORDS];
    size_t count;
};

static void note_run(struct custom_state *state, const bp_run *run)
{
    struct notes *notes = state->hook_user;

    if (notes->count < RECORDS)
        notes->run[notes->count++] = *run;
}

static void notes_init(struct notes *notes)
{
    memset(notes, 0, sizeof *notes);
    notes->custom.hook = note_run;
    notes->custom.hook_user = notes;
}

/* What all records of a layer or an activation have in common. */
static void assert_common(const bp_run *run, int32_t precision, int32_t mode)
{
    assert_int_equal(run->struct_size, sizeof *run);
    assert_int_equal(run->precision, precision);
    assert_int_equal(run->mode, mode);
    assert_int_equal(run->reserved, 0);
    assert_null(run->state);
    assert_null(run->weights);
    if (run->rows > 0) {
        assert_true(run->input_stride >= run->inputs);
        assert_true(run->output_stride >= run->outputs);
    }
}

static void layer_records(void **state)
{
    for (size_t p = 0; p < COUNT(precisions); p++) {
        struct notes notes;
        const bp_layer_ops ops = custom_layer(&notes.custom);
        bp_network *network;
        bp_trainer *trainer;
        const double x[2 * ROWS] = {0.5};
        double a[2 * ROWS];

        notes_init(&notes);
        network = around(state, &ops, precisions[p]);
        ok(bp_network_build(network, 1234567890123));
        assert_int_equal(notes.count, 1); /* initialise */
        assert_common(&notes.run[0], precisions[p], BP_MODE_PREDICT);
        assert_int_equal(notes.run[0].seed, 1234567890123);
        assert_int_equal(notes.run[0].element, 1);
        assert_int_equal(notes.run[0].parameter_count, WIDTH);
        assert_non_null(notes.run[0].parameters);
        predict_f64(network, x, a, ROWS - 1);
        assert_int_equal(notes.count, 2);
        assert_common(&notes.run[1], precisions[p], BP_MODE_PREDICT);
        assert_int_equal(notes.run[1].rows, ROWS - 1);
        trainer = trainer_with(state, network, NULL);
        ok(bp_trainer_step_f64(trainer, x, 2 * ROWS, x, 2 * ROWS, NULL));
        ok(bp_trainer_step_f64(trainer, x, 2, x, 2, NULL));
        assert_int_equal(notes.count, 6); /* forward, backward, twice */
        for (size_t i = 1; i < 6; i++) {
            const bp_run *run = &notes.run[i];

            assert_common(run, precisions[p], i > 1 ? BP_MODE_TRAIN : BP_MODE_PREDICT);
            assert_int_equal(run->inputs, WIDTH);
            assert_int_equal(run->outputs, WIDTH);
            assert_int_equal(run->element, 1);
            assert_int_equal(run->parameter_count, WIDTH);
            assert_ptr_equal(run->parameters, notes.run[0].parameters);
            assert_ptr_equal(run->user, &notes.custom);
            assert_null(run->targets);
            assert_null(run->labels);
            assert_null(run->cost);
            if (i > 1) {
                const bool backward = i % 2 == 1;

                assert_int_equal(run->rows, i < 4 ? ROWS : 1);
                assert_int_equal(run->seed, 77);
                assert_int_equal(run->step, i < 4 ? 0 : 1);
                assert_int_equal(run->output_grad != NULL, backward);
                assert_int_equal(run->input_grad != NULL, backward);
                assert_int_equal(run->parameter_grads != NULL, backward);
            }
        }
        bp_trainer_destroy(trainer);
        bp_network_destroy(network);
    }
}

/* The first layer has nobody to tell: its input_grad is NULL. */
static void first_layer_has_no_input_gradient(void **state)
{
    struct notes notes;
    const bp_layer_ops ops = custom_layer(&notes.custom);
    bp_network *network = NULL;
    bp_layer *layer = NULL;
    bp_trainer *trainer;
    const double x[2] = {0.5, 1};

    notes_init(&notes);
    ok(bp_layer_create_custom(&ops, env_of(state), &layer));
    ok(bp_network_create(2, env_of(state), &network));
    ok(bp_network_add(network, layer));
    ok(bp_network_build(network, 1));
    bp_layer_destroy(layer);
    trainer = trainer_with(state, network, NULL);
    ok(bp_trainer_step_f64(trainer, x, 2, x, 2, NULL));
    assert_int_equal(notes.count, 3);
    assert_non_null(notes.run[2].parameter_grads);
    assert_null(notes.run[2].input_grad);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

static void cost_records(void **state)
{
    struct notes notes;
    const bp_cost_ops ops = custom_cost(&notes.custom);
    bp_network *network = tanh_network(state, NULL, BP_PRECISION_F32);
    bp_trainer *trainer;
    const float x[2 * ROWS] = {0.5f};
    const int32_t labels[ROWS] = {0, 1, 1, 0};

    notes_init(&notes);
    trainer = trainer_with(state, network, &ops);
    ok(bp_trainer_step(trainer, x, 2 * ROWS, x, 2 * ROWS, NULL));
    ok(bp_trainer_step_labels(trainer, x, 2 * ROWS, labels, ROWS, NULL));
    assert_int_equal(notes.count, 4); /* value, gradient, twice */
    for (size_t i = 0; i < 4; i++) {
        const bp_run *run = &notes.run[i];
        const bool labelled = i > 1;
        const bool gradient = i % 2 == 1;

        assert_common(run, BP_PRECISION_F32, BP_MODE_TRAIN);
        assert_int_equal(run->rows, ROWS);
        assert_int_equal(run->inputs, 2);
        assert_int_equal(run->targets == NULL, labelled);
        assert_int_equal(run->labels != NULL, labelled);
        assert_int_equal(run->cost != NULL, !gradient);
        assert_int_equal(run->input_grad != NULL, gradient);
        assert_int_equal(run->seed, 77);
        assert_int_equal(run->step, labelled);
        assert_ptr_equal(run->user, &notes.custom);
    }
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

/* ---- initialise ---- */

static int32_t start_by_seed(const bp_run *run)
{
    for (size_t j = 0; j < run->parameter_count; j++) {
        if (at(run, run->parameters, j) != 0)
            return 1; /* they are 0 before */
        put(run, run->parameters, j, (double)run->seed + (double)j / 4);
    }
    return 0;
}

static void initialise_and_its_seed(void **state)
{
    for (size_t p = 0; p < COUNT(precisions); p++) {
        bp_layer_ops ops = shift_ops;
        bp_network *network;
        double found[2 * WIDTH];

        ops.initialise = ops.initialise_f64 = start_by_seed;
        network = around(state, &ops, precisions[p]);
        ok(bp_network_build(network, 3));
        for (uint64_t seed = 3; seed < 9; seed += 5) {
            if (seed > 3)
                ok(bp_network_initialise(network, seed));
            ok(bp_network_get_parameter_f64(network, 1, 0, found, 2 * WIDTH));
            for (size_t j = 0; j < 2 * WIDTH; j++)
                assert_same_f64(found[j], (double)seed + (double)j / 4);
        }
        bp_network_destroy(network);
        ops.initialise = ops.initialise_f64 = NULL; /* then they stay 0 */
        network = around(state, &ops, precisions[p]);
        ok(bp_network_build(network, 3));
        ok(bp_network_get_parameter_f64(network, 1, 0, found, 2 * WIDTH));
        for (size_t j = 0; j < 2 * WIDTH; j++)
            assert_same_f64(found[j], 0);
        bp_network_destroy(network);
    }
}

/* ---- stops ---- */

static void initialise_that_stops(void **state)
{
    struct custom_state custom = {.answer = 0};
    const bp_layer_ops ops = custom_layer(&custom);
    bp_network *network = around(state, &ops, BP_PRECISION_F32);
    bp_network *before = NULL;

    custom.answer = 5;
    assert_status(bp_network_build(network, 1), BP_ESTOPPED);
    assert_line(bp_network_error(network), "initialise");
    custom.answer = 0;
    ok(bp_network_build(network, 1));
    ok(bp_network_clone(network, &before));
    custom.answer = -5;
    assert_status(bp_network_initialise(network, 2), BP_ESTOPPED);
    custom.answer = 0;
    assert_true(same_parameters(network, before));
    bp_network_destroy(network);
    bp_network_destroy(before);
}

/* Layer, activation and cost of one step, six calls: stopped at each in turn. */
static void stops_change_nothing(void **state)
{
    enum { CALLS = 6 };
    struct custom_state custom = {.answer = 0};
    const bp_layer_ops layer_ops = custom_layer(&custom);
    const bp_activation_ops activation_ops = custom_activation(&custom);
    const bp_cost_ops cost_ops = custom_cost(&custom);
    bp_network *network = around(state, &layer_ops, BP_PRECISION_F32);
    bp_network *twin = NULL;
    bp_trainer *trainers[2];
    bp_layer *bent = NULL;
    float x[2 * ROWS];
    double cost = 7;

    spread_f32(x, 2 * ROWS, 0);
    ok(bp_layer_create_activation(0, env_of(state), &bent));
    ok(bp_layer_set_activation(bent, &activation_ops));
    ok(bp_network_add(network, bent));
    bp_layer_destroy(bent);
    ok(bp_network_build(network, 1));
    ok(bp_network_clone(network, &twin));
    trainers[0] = trainer_with(state, network, &cost_ops);
    trainers[1] = trainer_with(state, twin, &cost_ops);
    for (int i = 0; i < 2; i++)
        ok(bp_trainer_step(trainers[i], x, 2 * ROWS, x, 2 * ROWS, NULL));
    for (size_t call = 1; call <= CALLS; call++) {
        bp_position position = {.struct_size = sizeof position};

        custom.calls = 0;
        custom.stop_after = call;
        assert_status(bp_trainer_step(trainers[0], x, 2 * ROWS, x, 2 * ROWS, &cost),
                      BP_ESTOPPED);
        assert_int_equal(custom.calls, call);
        assert_line(bp_trainer_error(trainers[0]), "stopped");
        assert_status(bp_trainer_update(trainers[0]), BP_ESTATE);
        assert_true(same_parameters(network, twin));
        ok(bp_trainer_position(trainers[0], &position));
        assert_int_equal(position.step, 1);
    }
    assert_same_f64(cost, 7);
    custom.stop_after = 0;
    custom.calls = 0;
    for (int i = 0; i < 2; i++)
        ok(bp_trainer_step(trainers[i], x, 2 * ROWS, x, 2 * ROWS, &cost));
    assert_int_equal(custom.calls, 2 * CALLS);
    assert_true(same_parameters(network, twin)); /* momentum is as it was, too */
    for (int i = 0; i < 2; i++)
        bp_trainer_destroy(trainers[i]);
    bp_network_destroy(network);
    bp_network_destroy(twin);
}

static void predictions_that_stop(void **state)
{
    struct custom_state custom = {.answer = 0};
    const bp_layer_ops ops = custom_layer(&custom);
    bp_network *network = around(state, &ops, BP_PRECISION_F32);
    bp_workspace *workspace = NULL;
    const float x[6] = {1, 2, 3, 4, 5, 6};
    float a[6] = {7, 7, 7, 7, 7, 7};

    ok(bp_network_build(network, 1));
    ok(bp_workspace_create(network, 1, &workspace));
    custom.calls = 0;
    custom.stop_after = 2;
    assert_status(bp_network_predict(network, workspace, x, 6, a, 6), BP_ESTOPPED);
    assert_line(bp_workspace_error(workspace), "stopped");
    assert_true(a[0] != 7 && a[2] == 7 && a[4] == 7); /* the first row was done */
    custom.stop_after = 0;
    ok(bp_network_predict(network, workspace, x, 6, a, 6));
    assert_true(a[2] != 7 && a[4] != 7);
    bp_workspace_destroy(workspace);
    bp_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(trains_as_a_dense_diagonal),
        HOST_TEST(activations_train_as_built_in),
        HOST_TEST(costs_train_as_built_in),
        HOST_TEST(layer_records),
        HOST_TEST(first_layer_has_no_input_gradient),
        HOST_TEST(cost_records),
        HOST_TEST(initialise_and_its_seed),
        HOST_TEST(initialise_that_stops),
        HOST_TEST(stops_change_nothing),
        HOST_TEST(predictions_that_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
