/* SPDX-License-Identifier: MIT */
/*
 * Threads: distinct objects train at once, and many readers share one const network; the
 * bits are those of the serial run. Run under ThreadSanitizer as well. Assertions are
 * made on the test's own thread only.
 */
#include "compare.h"
#include "fixtures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    THREADS = 8,
    ROWS = 24,
    INPUTS = 5,
    CLASSES = 3,
    ROUNDS = 20
};

static const size_t widths[] = {INPUTS, 9, CLASSES};

/* ---- distinct objects ---- */

struct learner {
    uint64_t seed;
    int32_t precision;
    bp_status status;
    size_t count;
    double *parameters;
    pthread_t callback_thread;
};

static int32_t note_thread(const bp_progress *progress, void *user)
{
    struct learner *learner = user;

    (void)progress;
    learner->callback_thread = pthread_self();
    return 0;
}

/* Without the checks of the fixtures, which must not be made on this thread. */
static bp_status train(struct learner *l, bp_network *net, bp_trainer *trainer,
                       bp_dataset *data)
{
    bp_status status = bp_trainer_fit(trainer, data, 5, note_thread, l);

    for (size_t layer = 0; status == BP_OK && layer < 2; ++layer) {
        const size_t weights = widths[layer] * widths[layer + 1];
        status = bp_network_get_parameter_f64(net, layer, BP_PARAMETER_WEIGHT,
                                              l->parameters + l->count, weights);
        l->count += weights;
    }
    return status;
}

static bp_status learn(struct learner *l)
{
    static const float inputs[2 * INPUTS] = {1, -1, 0.5f, 0.25f, 2, -0.5f, 1, 3, -2, 1};
    static const int32_t labels[2] = {0, 2};
    bp_network *net = NULL;
    bp_cost *cost = NULL;
    bp_optimizer *sgd = NULL;
    bp_trainer *trainer = NULL;
    bp_dataset *data = NULL;
    bp_status status = bp_network_create(INPUTS, NULL, &net);

#define STEP(call) status = status == BP_OK ? (call) : status
    STEP(bp_network_set(net, BP_NETWORK_PRECISION, l->precision));
    STEP(bp_network_add_dense(net, widths[1], BP_ACTIVATION_GELU));
    STEP(bp_network_add_dense(net, widths[2], BP_ACTIVATION_SOFTMAX));
    STEP(bp_network_build(net, l->seed));
    STEP(bp_cost_create(BP_COST_SOFTMAX_CROSS_ENTROPY, NULL, &cost));
    STEP(bp_optimizer_create(BP_OPTIMIZER_SGD, NULL, &sgd));
    STEP(bp_trainer_create(net, cost, sgd, &trainer));
    STEP(bp_trainer_set(trainer, BP_TRAINER_BATCH, 1));
    STEP(bp_trainer_build(trainer, l->seed + 1));
    STEP(bp_dataset_create(NULL, &data));
    STEP(bp_dataset_set_inputs(data, inputs, 2, INPUTS, INPUTS));
    STEP(bp_dataset_set_labels(data, labels, 2, CLASSES));
    STEP(train(l, net, trainer, data));
#undef STEP
    bp_dataset_destroy(data);
    bp_trainer_destroy(trainer);
    bp_optimizer_destroy(sgd);
    bp_cost_destroy(cost);
    bp_network_destroy(net);
    return status;
}

static void *learn_in_thread(void *user)
{
    struct learner *learner = user;

    learner->status = learn(learner);
    return NULL;
}

static void test_distinct(void **state)
{
    struct learner together[THREADS];
    pthread_t threads[THREADS];

    (void)state;
    for (size_t i = 0; i < THREADS; ++i) {
        together[i] = (struct learner){.seed = i / 2};
        together[i].precision = i % 2 == 0 ? BP_PRECISION_F32 : BP_PRECISION_F64;
        together[i].parameters = calloc(128, sizeof(double));
        assert_non_null(together[i].parameters);
    }
    for (size_t i = 0; i < THREADS; ++i)
        assert_int_equal(pthread_create(&threads[i], NULL, learn_in_thread, &together[i]),
                         0);
    for (size_t i = 0; i < THREADS; ++i)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < THREADS; ++i) {
        struct learner alone = together[i];
        alone.count = 0;
        alone.parameters = calloc(128, sizeof(double));
        assert_non_null(alone.parameters);
        ok(together[i].status);
        assert_true(pthread_equal(together[i].callback_thread, threads[i]) != 0);
        ok(learn(&alone));
        assert_true(pthread_equal(alone.callback_thread, pthread_self()) != 0);
        assert_bits_f64(together[i].parameters, alone.parameters, alone.count);
        free(together[i].parameters);
        free(alone.parameters);
    }
}

/* ---- one network, many readers ---- */

struct reader {
    const bp_network *network;
    bp_workspace *workspace;
    const bp_cost *cost;
    const bp_dataset *data;
    float inputs[ROWS * INPUTS];
    float outputs[ROWS * CLASSES];
    int32_t classes[ROWS];
    bp_evaluation evaluation;
    bp_status status;
};

static void *read_network(void *user)
{
    struct reader *r = user;

    for (size_t i = 0; i < ROUNDS && r->status == BP_OK; ++i)
        r->status = bp_network_predict(r->network, r->workspace, r->inputs, ROWS * INPUTS,
                                       r->outputs, ROWS * CLASSES);
    if (r->status == BP_OK)
        r->status = bp_network_classify(r->network, r->workspace, r->inputs,
                                        ROWS * INPUTS, r->classes, ROWS);
    if (r->status == BP_OK)
        r->status = bp_network_evaluate(r->network, r->workspace, r->cost, r->data,
                                        &r->evaluation);
    /* Failures write their line into the workspace, not into what is shared. */
    if (r->status == BP_OK && bp_network_predict(r->network, r->workspace, r->inputs, 1,
                                                 r->outputs, 1) != BP_ESHAPE)
        r->status = BP_EINVAL;
    return NULL;
}

static void init_reader(struct reader *r, const bp_network *network, const bp_cost *cost,
                        const bp_dataset *data, size_t rows)
{
    memset(r, 0, sizeof *r);
    r->network = network;
    r->cost = cost;
    r->data = data;
    r->evaluation.struct_size = sizeof r->evaluation;
    for (size_t row = 0; row < ROWS; ++row)
        ok(bp_dataset_get_inputs(data, row, r->inputs + row * INPUTS, INPUTS));
    ok(bp_workspace_create(network, rows, &r->workspace));
}

static void compare_readers(const struct reader *a, const struct reader *b)
{
    ok(a->status);
    assert_bits_f32(a->outputs, b->outputs, ROWS * CLASSES);
    assert_memory_equal(a->classes, b->classes, sizeof a->classes);
    assert_same_f64(a->evaluation.accuracy, b->evaluation.accuracy);
    assert_relative(a->evaluation.cost, b->evaluation.cost, 1e-12);
}

static void share(int32_t precision)
{
    static struct reader readers[THREADS + 1];
    pthread_t threads[THREADS];
    bp_dataset *data = make_dataset(ROWS, INPUTS, CLASSES, NULL);
    bp_cost *cost = make_cost(BP_COST_SOFTMAX_CROSS_ENTROPY, NULL);
    bp_network *network =
        make_network(&(struct net_recipe){NULL, widths, 3, BP_ACTIVATION_TANH,
                                          BP_ACTIVATION_LINEAR, precision},
                     3);

    for (size_t i = 0; i <= THREADS; ++i)
        init_reader(&readers[i], network, cost, data, i + 1);
    read_network(&readers[THREADS]);
    for (size_t i = 0; i < THREADS; ++i)
        assert_int_equal(pthread_create(&threads[i], NULL, read_network, &readers[i]), 0);
    for (size_t i = 0; i < THREADS; ++i)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i <= THREADS; ++i) {
        compare_readers(&readers[i], &readers[THREADS]);
        bp_workspace_destroy(readers[i].workspace);
    }
    bp_network_destroy(network);
    bp_cost_destroy(cost);
    bp_dataset_destroy(data);
}

static void test_shared_f32(void **state)
{
    (void)state;
    share(BP_PRECISION_F32);
}

static void test_shared_f64(void **state)
{
    (void)state;
    share(BP_PRECISION_F64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distinct),
        cmocka_unit_test(test_shared_f32),
        cmocka_unit_test(test_shared_f64),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
