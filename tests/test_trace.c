/* SPDX-License-Identifier: MIT */
/*
 * The trace against the trainer, on the grid of gradient_table.h: every activation under
 * every cost that takes it, alone and behind hidden layers, in a dense layer and apart,
 * and with a layer norm between. (What else may stand between is another thing when it is
 * traced than in training: test_trace_layers.c.)
 * Two ways to one number that share no code must agree in all but its last digits:
 *
 *     the gradient of the batch           the trainer's
 *     factors of the chain, multiplied    the row's gradient
 *     terms over the next layer, summed   dC/da
 *     Jacobian times dC/da, summed        dC/dz
 *     all paths, summed                   the row's gradient
 */
#include "fixtures.h"
#include "gradient_case.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE     1e-12
#define TOLERANCE_F32 2e-5

enum { ALL_PATHS = 100000, WIDEST = 8 };

/** One test of the grid. */
struct shape {
    bool deep, apart, bias;
    int32_t precision;
    bool norms;
};

/** One pair at work. */
struct work {
    const struct gradient_case *c;
    bp_network *network;
    bp_trainer *trainer;
    bp_trace *trace;
    struct case_data data;
    double tolerance;
    size_t compared, failed;
};

static void compare(struct work *work, const char *what, double a, double b, double size)
{
    const double error = fabs(a - b) / fmax(fmax(fabs(a), fabs(b)), fmax(size, 1e-30));

    ++work->compared;
    if (error <= work->tolerance)
        return;
    if (++work->failed < 5)
        print_error("%s: %s: %.17g and %.17g, error %g\n", case_text(work->c), what, a, b,
                    error);
}

static void run_trace(struct work *work)
{
    bp_cost *cost = case_cost(work->c);
    bp_dataset *set = case_dataset(work->c, &work->data);

    ok(bp_trace_create(work->network, cost, &work->trace));
    bp_cost_destroy(cost);
    if (work->c->cost->targets == TARGETS_LABEL)
        ok(bp_trace_run_data(work->trace, set, 0, work->data.rows));
    else
        ok(bp_trace_run_f64(work->trace, work->data.x,
                            work->data.rows * work->data.inputs, work->data.y,
                            work->data.rows * work->data.outputs));
    bp_dataset_destroy(set);
}

/* ---- the batch ---- */

static double largest(const double *values, size_t count)
{
    double most = 0;

    for (size_t i = 0; i < count; ++i)
        most = fmax(most, fabs(values[i]));
    return most;
}

static void compare_tensor(struct work *work, size_t layer, int32_t which)
{
    bp_parameter_info info = {.struct_size = sizeof info};
    double own[64], trained[64], row[64], sum[64] = {0};
    size_t count;

    if (bp_network_parameter_info(work->network, layer, which, &info) != BP_OK)
        return;
    count = info.rows * info.cols;
    assert_true(count <= 64);
    ok(bp_trace_get_gradient(work->trace, layer, which, own, count));
    ok(bp_trainer_get_gradient_f64(work->trainer, layer, which, trained, count));
    for (size_t r = 0; r < work->data.rows; ++r) {
        ok(bp_trace_get_row_gradient(work->trace, r, layer, which, row, count));
        for (size_t i = 0; i < count; ++i)
            sum[i] += row[i] / (double)work->data.rows;
    }
    for (size_t i = 0; i < count; ++i) {
        compare(work, "gradient and trainer", own[i], trained[i],
                largest(trained, count));
        compare(work, "gradient and rows", own[i], sum[i], largest(own, count));
    }
}

static void compare_batch(struct work *work)
{
    bp_trace_info info = {.struct_size = sizeof info};
    double costs[CASE_ROWS];
    double cost = 0;
    double mean = 0;

    ok(case_gradient(work->c, work->trainer, &work->data, &cost));
    ok(bp_trace_get_info(work->trace, &info));
    assert_int_equal(info.rows, work->data.rows);
    assert_int_equal(info.in_float, 0);
    compare(work, "cost", info.cost, cost, 1);
    ok(bp_trace_get_costs(work->trace, costs, CASE_ROWS));
    for (size_t r = 0; r < CASE_ROWS; ++r)
        mean += costs[r] / CASE_ROWS;
    compare(work, "costs", info.cost, mean, 1);
    for (size_t layer = 0; layer < bp_network_layers(work->network); ++layer) {
        compare_tensor(work, layer, BP_PARAMETER_WEIGHT);
        compare_tensor(work, layer, BP_PARAMETER_BIAS);
    }
}

/* ---- one row ---- */

static size_t get(struct work *work, size_t row, size_t layer, int32_t what, double *to)
{
    bp_trace_layer info = {.struct_size = sizeof info};
    size_t count;

    ok(bp_trace_get_layer(work->trace, layer, &info));
    switch (what) {
    case BP_TRACE_INPUT:
    case BP_TRACE_COST_INPUT: count = info.inputs; break;
    case BP_TRACE_A:
    case BP_TRACE_COST_A: count = info.a_count; break;
    default: count = info.z_count;
    }
    assert_true(count <= WIDEST);
    ok(bp_trace_get_values(work->trace, row, layer, what, to, count));
    return count;
}

/* dC/dz_j is the sum of da_i/dz_j dC/da_i, and dC/da_i that of the terms. */
static void compare_layer(struct work *work, size_t row, size_t layer)
{
    double z_grad[WIDEST], a_grad[WIDEST], links[WIDEST], slopes[WIDEST];
    const size_t z_count = get(work, row, layer, BP_TRACE_COST_Z, z_grad);
    const size_t a_count = get(work, row, layer, BP_TRACE_COST_A, a_grad);

    (void)get(work, row, layer, BP_TRACE_SLOPE, slopes);
    for (size_t j = 0; j < z_count; ++j) {
        double sum = 0;
        double size = 0;
        ok(bp_trace_get_jacobian(work->trace, row, layer, j, links, a_count));
        for (size_t i = 0; i < a_count; ++i) {
            sum += links[i] * a_grad[i];
            size += fabs(links[i] * a_grad[i]);
        }
        compare(work, "Jacobian and dC/dz", sum, z_grad[j], size);
        compare(work, "slope and Jacobian", slopes[j], links[j], 1);
    }
}

/* Where terms cancel, an error is measured against what was summed. */
static double sum_of_paths(struct work *work, const bp_connection *connection,
                           double *size)
{
    bp_path_summary summary = {.struct_size = sizeof summary};
    bp_path path = {.struct_size = sizeof path};
    double sum = 0;
    double before = HUGE_VAL;

    ok(bp_trace_find_paths(work->trace, connection, ALL_PATHS, &summary));
    assert_true(summary.paths >= (double)summary.found);
    for (size_t i = 0; i < summary.found; ++i) {
        double product = 1;
        ok(bp_trace_get_path(work->trace, i, &path));
        for (size_t k = 0; k < 2 * path.layers + 1; ++k)
            product *= path.factors[k];
        compare(work, "factors and product", product, path.product, 0);
        assert_true(fabs(path.product) <= before);
        before = fabs(path.product);
        sum += path.product;
        *size += fabs(path.product);
    }
    compare(work, "sum of the summary", sum, summary.sum, *size);
    return sum;
}

static void compare_connection(struct work *work, const bp_connection *connection)
{
    bp_chain chain = {.struct_size = sizeof chain};
    double terms[WIDEST];
    double size = 0;
    double sum;
    bp_trace_layer next = {.struct_size = sizeof next};
    const bool input = connection->kind == BP_CONNECTION_INPUT;

    ok(bp_trace_get_chain(work->trace, connection, &chain));
    if (!chain.coupled)
        compare(work, "three factors", chain.dz_dw * chain.da_dz * chain.dc_da,
                chain.gradient, 0);
    compare(work, "two factors", chain.dz_dw * chain.dc_dz, chain.gradient, 0);
    sum = sum_of_paths(work, connection, &size);
    compare(work, "all paths", sum, chain.gradient, size);
    if (bp_trace_get_layer(work->trace, input ? 0 : connection->layer + 1, &next) !=
        BP_OK)
        return;
    ok(bp_trace_get_terms(work->trace, connection, terms, next.z_count));
    sum = 0;
    size = 0;
    for (size_t k = 0; k < next.z_count; ++k) {
        sum += terms[k];
        size += fabs(terms[k]);
    }
    compare(work, "terms", sum, chain.dc_da, size);
}

static void compare_row(struct work *work, size_t row)
{
    const size_t layers = bp_network_layers(work->network);
    bp_connection at = {.struct_size = sizeof at, .row = row};

    for (at.layer = 0; at.layer < layers; ++at.layer) {
        bp_layer_info info = {.struct_size = sizeof info};

        ok(bp_network_layer_info(work->network, at.layer, &info));
        compare_layer(work, row, at.layer);
        at.to = row % info.outputs;
        at.from = (row + 1) % info.inputs;
        at.kind = BP_CONNECTION_WEIGHT;
        if (info.kind == BP_LAYER_KIND_DENSE)
            compare_connection(work, &at);
        at.kind = BP_CONNECTION_BIAS;
        if (info.kind == BP_LAYER_KIND_DENSE && info.has_bias)
            compare_connection(work, &at);
    }
    at.kind = BP_CONNECTION_INPUT;
    at.layer = SIZE_MAX; /* not looked at */
    at.from = row % CASE_INPUTS;
    compare_connection(work, &at);
}

/* ---- the grid ---- */

static void run_pair(const struct gradient_case *c, size_t *compared, size_t *failed)
{
    struct work work = {.c = c, .tolerance = TOLERANCE};

    work.network = case_network(c);
    work.trainer = case_trainer(c, work.network, CASE_ROWS);
    ok(bp_trainer_build(work.trainer, 1));
    work.data = case_data_make(c, CASE_ROWS, 0);
    run_trace(&work);
    if (c->precision == BP_PRECISION_F32)
        work.tolerance = TOLERANCE_F32;
    compare_batch(&work);
    work.tolerance = TOLERANCE;
    compare_row(&work, 0);
    compare_row(&work, CASE_ROWS - 1);
    *compared += work.compared;
    *failed += work.failed;
    bp_trace_destroy(work.trace);
    bp_trainer_destroy(work.trainer);
    bp_network_destroy(work.network);
    case_data_free(&work.data);
}

static void refuse_pair(const struct gradient_case *c)
{
    bp_network *network = case_network(c);
    bp_cost *cost = case_cost(c);
    bp_trace *trace = NULL;
    struct case_data data = case_data_make(c, 1, 0);

    ok(bp_trace_create(network, cost, &trace));
    assert_status(bp_trace_run_f64(trace, data.x, data.inputs, data.y, data.outputs),
                  BP_EDOMAIN);
    assert_true(strlen(bp_trace_error(trace)) > 0);
    bp_trace_destroy(trace);
    bp_cost_destroy(cost);
    bp_network_destroy(network);
    case_data_free(&data);
}

/* The pair as it is, or with each kind of layer norm between its hidden layers. */
static void run_between(struct gradient_case c, bool norms, size_t *compared,
                        size_t *failed)
{
    if (!norms)
        run_pair(&c, compared, failed);
    for (size_t i = 0; i < layer_record_count && norms; ++i) {
        c.between = &layer_records[i];
        if (c.between->kind == BP_LAYER_KIND_LAYER_NORM)
            run_pair(&c, compared, failed);
    }
}

static void run_shape(void **state)
{
    const struct shape *shape = *state;
    size_t compared = 0;
    size_t failed = 0;

    for (size_t a = 0; a < activation_record_count; ++a)
        for (size_t k = 0; k < cost_record_count; ++k) {
            struct gradient_case c = case_of(a, k, shape->deep);
            c.apart = shape->apart;
            c.bias = shape->bias;
            c.precision = shape->precision;
            if (pair_allowed(c.last, c.cost))
                run_between(c, shape->norms, &compared, &failed);
            else
                refuse_pair(&c);
        }
    print_message("%zu comparisons, %zu failed\n", compared, failed);
    assert_true(compared > 10000);
    assert_int_equal(failed, 0);
}

#define F32 BP_PRECISION_F32
#define F64 BP_PRECISION_F64

/* deep, apart, bias, precision, norms */
static struct shape shapes[] = {
    {false, false, true, F64, false}, {false, true, true, F64, false},
    {true, false, true, F64, false},  {true, true, true, F64, false},
    {true, true, false, F64, false},  {true, false, true, F32, false},
    {true, false, true, F64, true},
};

#define GRID(name, index)                                    \
    {                                                        \
        "grid: " name, run_shape, NULL, NULL, &shapes[index] \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        GRID("one layer", 0),
        GRID("one layer, activation apart", 1),
        GRID("three layers", 2),
        GRID("three layers, activations apart", 3),
        GRID("three layers apart, no biases", 4),
        GRID("three layers, float", 5),
        GRID("three layers, a layer norm between", 6),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
