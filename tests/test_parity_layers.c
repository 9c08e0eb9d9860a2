/* SPDX-License-Identifier: MIT */
/*
 * Activations, costs and layers against PyTorch, number by number: what comes out, and
 * what comes back. tests/parity/activations.py, costs.py and layers.py make the numbers.
 */
#include "compare.h"
#include "fixtures.h"
#include "parity.h"
#include "probe.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

enum {
    MOST = 256, /* numbers in an array */
    COST_ROWS = 4,
    COST_COLS = 3
};

#define SEED UINT64_C(0x9876543210) /* as in layers.py */

/* One number, with the tolerance of its precision. */
static struct comparison how(const struct parity_case *of)
{
    return parity_number(of, "precision") == BP_PRECISION_F64 ? HOW_WITHIN(1e-12, 1e-12)
                                                              : HOW_WITHIN(1e-5, 1.3e-6);
}

static void compare(const struct parity_case *of, const char *array, const double *found,
                    size_t count)
{
    const double *expected = parity_values(of, array, count);
    struct comparison comparison = how(of);
    struct mismatch mismatch;

    if (compare_f64(found, expected, count, &comparison, &mismatch))
        return;
    print_error("%s, %s: %s\n", of->name, array, mismatch.text);
    fail();
}

/* ---- one thing between two probes ---- */

struct bench {
    const struct parity_case *of;
    size_t rows, inputs, outputs;
    struct probe probe;
    double dx[MOST], y[MOST];
    bp_network *network; /**< The probe is layer 0. */
    bp_trainer *trainer;
};

static size_t size_of(const struct parity_case *of, const char *name)
{
    return (size_t)parity_number(of, name);
}

static void add(bp_network *network, bp_layer *layer)
{
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
}

static void bench_open(struct bench *b, const struct parity_case *of, size_t rows,
                       size_t cols)
{
    *b = (struct bench){.of = of, .rows = rows, .inputs = cols, .outputs = cols};
    assert_true(rows * cols <= MOST);
    b->probe.gradient = b->dx;
    b->probe.outputs = b->y;
    ok(bp_network_create(cols, NULL, &b->network));
    ok(bp_network_set(b->network, BP_NETWORK_PRECISION, parity_number(of, "precision")));
}

/* The layers are in. */
static void bench_build(struct bench *b, bp_cost *cost)
{
    bp_optimizer *sgd = make_sgd(0.1, 0, NULL);

    ok(bp_network_build(b->network, 1));
    b->outputs = bp_network_outputs(b->network);
    ok(bp_trainer_create(b->network, cost, sgd, &b->trainer));
    ok(bp_trainer_set(b->trainer, BP_TRAINER_BATCH, (double)b->rows));
    ok(bp_trainer_build(b->trainer, SEED));
    bp_cost_destroy(cost);
    bp_optimizer_destroy(sgd);
}

static void bench_close(struct bench *b)
{
    bp_trainer_destroy(b->trainer);
    bp_network_destroy(b->network);
}

static double bench_run(struct bench *b, const double *x, const double *targets)
{
    double cost = 0;

    ok(bp_trainer_gradient_f64(b->trainer, x, b->rows * b->inputs, targets,
                               b->rows * b->outputs, &cost));
    return cost;
}

static void predict(const struct bench *b, const double *x, double *y)
{
    bp_workspace *workspace = NULL;

    ok(bp_workspace_create(b->network, b->rows, &workspace));
    ok(bp_network_predict_f64(b->network, workspace, x, b->rows * b->inputs, y,
                              b->rows * b->outputs));
    bp_workspace_destroy(workspace);
}

/* ---- activations ---- */

static bp_layer *activation_layer(const struct parity_case *of)
{
    bp_layer *layer = NULL;

    ok(bp_layer_create_activation((int32_t)parity_number(of, "kind"), NULL, &layer));
    if (parity_has(of, "slope"))
        ok(bp_layer_set(layer, BP_LAYER_SLOPE, parity_number(of, "slope")));
    return layer;
}

static void run_activation(const struct parity_case *of)
{
    const size_t rows = size_of(of, "rows"), cols = size_of(of, "cols");
    const double *z = parity_values(of, "z", rows * cols);
    static const double zeros[MOST] = {0};
    double predicted[MOST];
    struct bench b;

    bench_open(&b, of, rows, cols);
    b.probe.given = parity_values(of, "g", rows * cols);
    add(b.network, probe_layer(&b.probe));
    add(b.network, activation_layer(of));
    bench_build(&b, probe_cost(&b.probe));
    (void)bench_run(&b, z, zeros);
    compare(of, "a", b.y, rows * cols);
    compare(of, "dz", b.dx, rows * cols);
    predict(&b, z, predicted);
    assert_bits_f64(predicted, b.y, rows * cols);
    bench_close(&b);
}

/* In a dense layer the activation is the same. */
static void run_activation_in_dense(const struct parity_case *of)
{
    const size_t cols = size_of(of, "cols"), rows = size_of(of, "rows");
    static const double zeros[MOST] = {0};
    bp_layer *layer = NULL;
    struct bench b;

    for (size_t row = 0; row < rows; ++row) {
        double dz[MOST];

        bench_open(&b, of, 1, 1);
        b.probe.given = parity_values(of, "g", rows * cols) + row * cols;
        ok(bp_layer_create_dense(cols, (int32_t)parity_number(of, "kind"), NULL, &layer));
        if (parity_has(of, "slope"))
            ok(bp_layer_set(layer, BP_LAYER_SLOPE, parity_number(of, "slope")));
        add(b.network, layer);
        bench_build(&b, probe_cost(&b.probe));
        ok(bp_network_set_parameter_f64(b.network, 0, BP_PARAMETER_WEIGHT, zeros, cols));
        ok(bp_network_set_parameter_f64(b.network, 0, BP_PARAMETER_BIAS,
                                        parity_values(of, "z", rows * cols) + row * cols,
                                        cols));
        (void)bench_run(&b, zeros, zeros);
        ok(bp_trainer_get_gradient_f64(b.trainer, 0, BP_PARAMETER_BIAS, dz, cols));
        for (size_t j = 0; j < cols; ++j) {
            const size_t i = row * cols + j;
            const struct comparison comparison = how(of);
            require_f64(&b.y[j], parity_values(of, "a", rows * cols) + i, 1, comparison,
                        COMPARE_HERE);
            require_f64(&dz[j], parity_values(of, "dz", rows * cols) + i, 1, comparison,
                        COMPARE_HERE);
        }
        bench_close(&b);
    }
}

/** What is done with a case; @return its kind. */
typedef void (*case_fn)(const struct parity_case *of);

/* Every case of a file; all kinds from @p first to @p last in both precisions. */
static void run_file(const char *name, case_fn run, int32_t first, int32_t last)
{
    struct parity_file *file = parity_read(name);
    size_t seen[2][32] = {{0}};

    for (size_t i = 0; i < file->count; ++i) {
        const struct parity_case *of = &file->cases[i];

        run(of);
        ++seen[parity_number(of, "precision") == BP_PRECISION_F64][size_of(of, "kind")];
    }
    for (int32_t kind = first; kind <= last; ++kind)
        assert_true(seen[0][kind] > 0 && seen[1][kind] > 0);
    parity_free(file);
}

static void activations(void **state)
{
    (void)state;
    run_file("activations", run_activation, BP_ACTIVATION_LINEAR,
             BP_ACTIVATION_LOG_SOFTMAX);
}

static void activations_in_dense_layers(void **state)
{
    (void)state;
    run_file("activations", run_activation_in_dense, BP_ACTIVATION_LINEAR,
             BP_ACTIVATION_LOG_SOFTMAX);
}

/* ---- costs ---- */

static bp_cost *cost_of(const struct parity_case *of)
{
    const int32_t kind = (int32_t)parity_number(of, "kind");
    bp_cost *cost = make_cost(kind, NULL);

    if (parity_has(of, "setting"))
        ok(bp_cost_set(cost,
                       kind == BP_COST_SOFTMAX_CROSS_ENTROPY ? BP_COST_SMOOTHING
                                                             : BP_COST_SCALE,
                       parity_number(of, "setting")));
    return cost;
}

/* What the cost wants to hear of its input. */
static int32_t range_for(int32_t kind)
{
    switch (kind) {
    case BP_COST_CROSS_ENTROPY:
    case BP_COST_BINARY_CROSS_ENTROPY: return BP_RANGE_UNIT;
    case BP_COST_KL_DIVERGENCE: return BP_RANGE_LOG_PROBABILITY;
    default: return BP_RANGE_REAL;
    }
}

static double run_labels(struct bench *b, const double *a, const double *labels)
{
    float x[COST_ROWS * COST_COLS];
    int32_t classes[COST_ROWS];
    double cost = 0;

    for (size_t i = 0; i < COST_ROWS * COST_COLS; ++i)
        x[i] = (float)a[i];
    for (size_t i = 0; i < COST_ROWS; ++i)
        classes[i] = (int32_t)labels[i];
    ok(bp_trainer_gradient_labels(b->trainer, x, COST_ROWS * COST_COLS, classes,
                                  COST_ROWS, &cost));
    return cost;
}

static void run_cost(const struct parity_case *of)
{
    const size_t count = COST_ROWS * COST_COLS;
    const double *a = parity_values(of, "a", count);
    struct bench b;
    bp_layer *layer = NULL;
    double value;

    bench_open(&b, of, COST_ROWS, COST_COLS);
    b.probe.range = range_for((int32_t)parity_number(of, "kind"));
    add(b.network, probe_layer(&b.probe));
    if (parity_has(of, "activation")) {
        ok(bp_layer_create_activation((int32_t)parity_number(of, "activation"), NULL,
                                      &layer));
        add(b.network, layer);
    }
    bench_build(&b, cost_of(of));
    if (parity_has(of, "labels"))
        value = run_labels(&b, a, parity_values(of, "labels", COST_ROWS));
    else
        value = bench_run(&b, a, parity_values(of, "targets", count));
    compare(of, "value", &value, 1);
    compare(of, "da", b.dx, count);
    bench_close(&b);
}

static void costs(void **state)
{
    (void)state;
    run_file("costs", run_cost, BP_COST_QUADRATIC, BP_COST_POISSON);
}

/* ---- layers ---- */

static bp_layer *layer_of(const struct parity_case *of)
{
    size_t count = 0;
    const double *keys = parity_array(of, "keys", &count);
    const double *settings = parity_values(of, "settings", count);
    bp_layer *layer = NULL;

    switch ((int32_t)parity_number(of, "kind")) {
    case BP_LAYER_KIND_DENSE:
        ok(bp_layer_create_dense(size_of(of, "outputs"), BP_ACTIVATION_LINEAR, NULL,
                                 &layer));
        break;
    case BP_LAYER_KIND_DROPOUT: ok(bp_layer_create_dropout(0, NULL, &layer)); break;
    case BP_LAYER_KIND_NOISE: ok(bp_layer_create_noise(0, NULL, &layer)); break;
    case BP_LAYER_KIND_LAYER_NORM: ok(bp_layer_create_layer_norm(NULL, &layer)); break;
    default: ok(bp_layer_create_batch_norm(NULL, &layer));
    }
    for (size_t i = 0; i < count; ++i)
        ok(bp_layer_set(layer, (int32_t)keys[i], settings[i]));
    return layer;
}

/** A tensor of a layer by its name in the file. */
struct tensor {
    const char *name, *gradient, *after;
    int32_t which;
};

static const struct tensor tensors[] = {
    {"weight", "weight_grad", NULL, BP_PARAMETER_WEIGHT},
    {"bias", "bias_grad", NULL, BP_PARAMETER_BIAS},
    {"mean", NULL, "mean_after", BP_PARAMETER_RUNNING_MEAN},
    {"variance", NULL, "variance_after", BP_PARAMETER_RUNNING_VARIANCE},
};

enum { TENSORS = sizeof tensors / sizeof tensors[0] };

static void set_tensors(struct bench *b)
{
    for (size_t i = 0; i < TENSORS; ++i) {
        size_t count = 0;

        if (!parity_has(b->of, tensors[i].name))
            continue;
        const double *values = parity_array(b->of, tensors[i].name, &count);
        ok(bp_network_set_parameter_f64(b->network, 1, tensors[i].which, values, count));
    }
}

static void compare_gradients(struct bench *b)
{
    for (size_t i = 0; i < 2; ++i) {
        double found[MOST];
        size_t count = 0;

        if (!parity_has(b->of, tensors[i].name))
            continue;
        (void)parity_array(b->of, tensors[i].name, &count);
        ok(bp_trainer_get_gradient_f64(b->trainer, 1, tensors[i].which, found, count));
        compare(b->of, tensors[i].gradient, found, count);
    }
}

/* The optimizer is put to rest first, so that nothing but statistics moves. */
static void compare_statistics(struct bench *b)
{
    ok(bp_optimizer_set(bp_trainer_get_optimizer(b->trainer), BP_OPTIMIZER_RATE, 1e-300));
    ok(bp_trainer_update(b->trainer));
    for (size_t i = 2; i < TENSORS; ++i) {
        double found[MOST];

        if (!parity_has(b->of, tensors[i].name))
            continue;
        ok(bp_network_get_parameter_f64(b->network, 1, tensors[i].which, found,
                                        b->outputs));
        compare(b->of, tensors[i].after, found, b->outputs);
    }
}

static void run_layer(const struct parity_case *of)
{
    const size_t rows = size_of(of, "rows"), cols = size_of(of, "cols");
    const double *x = parity_values(of, "x", rows * cols);
    static const double zeros[MOST] = {0};
    double predicted[MOST];
    struct bench b;

    bench_open(&b, of, rows, cols);
    add(b.network, probe_layer(&b.probe));
    add(b.network, layer_of(of));
    bench_build(&b, probe_cost(&b.probe));
    b.probe.given = parity_values(of, "g", rows * b.outputs);
    set_tensors(&b);
    (void)bench_run(&b, x, zeros);
    compare(of, "y", b.y, rows * b.outputs);
    compare(of, "dx", b.dx, rows * cols);
    compare_gradients(&b);
    compare_statistics(&b);
    predict(&b, x, predicted);
    compare(of, parity_has(of, "predicted") ? "predicted" : "y", predicted,
            rows * b.outputs);
    bench_close(&b);
}

static void layers(void **state)
{
    (void)state;
    run_file("layers", run_layer, BP_LAYER_KIND_DENSE, BP_LAYER_KIND_DENSE);
    run_file("layers", run_layer, BP_LAYER_KIND_DROPOUT, BP_LAYER_KIND_BATCH_NORM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(activations),
                                       cmocka_unit_test(activations_in_dense_layers),
                                       cmocka_unit_test(costs), cmocka_unit_test(layers)};

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
