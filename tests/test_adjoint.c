/* SPDX-License-Identifier: MIT */
/*
 * A network of linear layers is linear in each of its tensors v, with the others held and
 * all other biases 0: its outputs are J v. Under the quadratic cost the gradient of that
 * tensor is J^T w where w = (a - y) / N, so that with targets y = a - N w
 *
 *     <J v, w> = <v, J^T w>
 *
 * to rounding, for every v and w. One side is the forward pass alone, the other one the
 * backward pass alone. The widths go past each block of the kernels.
 */
#include "fixtures.h"
#include "gradient_case.h"
#include "probe.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#define BOUND 1e-13

/** A chain of dense linear layers. */
struct chain {
    size_t rows;
    size_t count; /**< Of widths. */
    size_t widths[5];
    bool apart; /**< A linear activation layer after each. */
};

static const struct chain chains[] = {
    {1, 2, {1, 1}, false},
    {1, 2, {5, 3}, false},
    {7, 2, {16, 16}, false},
    {5, 3, {3, 17, 2}, false},
    {13, 4, {9, 33, 31, 4}, false},
    {13, 4, {9, 33, 31, 4}, true},
    {37, 4, {70, 65, 130, 19}, false},
    {300, 3, {40, 64, 200}, false},
    {3, 5, {8, 1, 24, 1, 5}, true},
};

/** A network, what it works on, and how far it went. */
struct bench {
    const struct chain *chain;
    bp_network *network;
    bp_trainer *trainer;
    bp_workspace *workspace;
    size_t inputs_count, outputs_count;
    double *x, *a, *y, *w;
};

static double *numbers(size_t count, size_t seed)
{
    double *values = calloc(count, sizeof *values);

    assert_non_null(values);
    for (size_t i = 0; i < count; ++i)
        values[i] = pattern(i + 1009 * seed);
    return values;
}

static void add_linear(bp_network *network, size_t width, bool apart)
{
    bp_layer *layer = NULL;

    ok(bp_network_add_dense(network, width, BP_ACTIVATION_LINEAR));
    if (!apart)
        return;
    ok(bp_layer_create_activation(BP_ACTIVATION_LINEAR, NULL, &layer));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
}

static void bench_open(struct bench *b, const struct chain *chain)
{
    *b = (struct bench){.chain = chain};
    ok(bp_network_create(chain->widths[0], NULL, &b->network));
    ok(bp_network_set(b->network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    for (size_t i = 1; i < chain->count; ++i)
        add_linear(b->network, chain->widths[i], chain->apart);
    ok(bp_network_build(b->network, 11));
    b->trainer = make_trainer(b->network, BP_COST_QUADRATIC, chain->rows, 1);
    ok(bp_workspace_create(b->network, chain->rows, &b->workspace));
    b->inputs_count = chain->rows * chain->widths[0];
    b->outputs_count = chain->rows * chain->widths[chain->count - 1];
    b->x = numbers(b->inputs_count, 1);
    b->w = numbers(b->outputs_count, 2);
    b->a = numbers(b->outputs_count, 3);
    b->y = numbers(b->outputs_count, 4);
}

static void bench_close(struct bench *b)
{
    free(b->x);
    free(b->w);
    free(b->a);
    free(b->y);
    bp_workspace_destroy(b->workspace);
    bp_trainer_destroy(b->trainer);
    bp_network_destroy(b->network);
}

/** A tensor of the network, and the v that it is set to. */
struct tensor {
    size_t layer;
    int32_t which;
    size_t count;
    double *v, *gradient;
};

/* Biases do not enter where they are 0: those of all layers but this tensor's. Behind a
 * bias the inputs do not enter either. */
static void make_linear(struct bench *b, const struct tensor *tensor)
{
    set_pattern(b->network, 0.5, 0);
    if (tensor->which == BP_PARAMETER_BIAS)
        for (size_t i = 0; i < b->inputs_count; ++i)
            b->x[i] = 0;
    ok(bp_network_set_parameter_f64(b->network, tensor->layer, tensor->which, tensor->v,
                                    tensor->count));
}

/* The sums of a product and of its absolute values. */
static double inner(const double *a, const double *b, size_t count, double *size)
{
    double sum = 0;

    *size = 0;
    for (size_t i = 0; i < count; ++i) {
        sum += a[i] * b[i];
        *size += fabs(a[i] * b[i]);
    }
    return sum;
}

static void check_tensor(struct bench *b, struct tensor *tensor)
{
    double left_size, right_size, left, right;

    make_linear(b, tensor);
    ok(bp_network_predict_f64(b->network, b->workspace, b->x, b->inputs_count, b->a,
                              b->outputs_count));
    for (size_t i = 0; i < b->outputs_count; ++i)
        b->y[i] = b->a[i] - b->w[i] * (double)b->chain->rows;
    ok(bp_trainer_gradient_f64(b->trainer, b->x, b->inputs_count, b->y, b->outputs_count,
                               NULL));
    ok(bp_trainer_get_gradient_f64(b->trainer, tensor->layer, tensor->which,
                                   tensor->gradient, tensor->count));
    left = inner(b->a, b->w, b->outputs_count, &left_size);
    right = inner(tensor->v, tensor->gradient, tensor->count, &right_size);
    assert_true(left_size > 0 && right_size > 0);
    if (fabs(left - right) <= BOUND * fmax(left_size, right_size))
        return;
    print_error("layer %zu, %s: <Jv,w> is %.17g, <v,J'w> is %.17g\n", tensor->layer,
                tensor->which == BP_PARAMETER_BIAS ? "biases" : "weights", left, right);
    fail();
}

static void check_layer(const struct chain *chain, size_t layer, int32_t which)
{
    struct bench b;
    bp_parameter_info info = {.struct_size = sizeof info};

    bench_open(&b, chain);
    if (bp_network_parameter_info(b.network, layer, which, &info) == BP_OK) {
        struct tensor tensor = {layer, which, info.rows * info.cols, NULL, NULL};

        tensor.v = numbers(tensor.count, 5 + layer);
        tensor.gradient = numbers(tensor.count, 6);
        check_tensor(&b, &tensor);
        free(tensor.v);
        free(tensor.gradient);
    }
    bench_close(&b);
}

static void test_adjoint(void **state)
{
    const struct chain *chain = *state;
    const size_t layers = (chain->count - 1) * (chain->apart ? 2 : 1);

    for (size_t layer = 0; layer < layers; ++layer) {
        check_layer(chain, layer, BP_PARAMETER_WEIGHT);
        check_layer(chain, layer, BP_PARAMETER_BIAS);
    }
}

/* ---- layers between, in training ----
 *
 * Under a mask that stays, dropout is linear; a norm's output is linear in its scale,
 * where the shift is 0, and in its shift, where the scale is 0. The outputs of training
 * are those that the cost is shown.
 */

enum { ROWS = 23, WIDTH = 70, OUTPUTS = 5 };

static bp_network *between_network(const struct layer_record *record)
{
    bp_network *network = NULL;
    bp_layer *layer = record_layer(record);

    ok(bp_network_create(9, NULL, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    ok(bp_network_add_dense(network, WIDTH, BP_ACTIVATION_LINEAR));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_add_dense(network, OUTPUTS, BP_ACTIVATION_LINEAR));
    ok(bp_network_build(network, 11));
    set_pattern(network, 0.5, 0);
    return network;
}

static bp_trainer *between_trainer(bp_network *network, struct probe *probe)
{
    bp_cost *cost = probe_cost(probe);
    bp_optimizer *sgd = make_sgd(0.1, 0, NULL);
    bp_trainer *trainer = NULL;

    ok(bp_trainer_create(network, cost, sgd, &trainer));
    ok(bp_trainer_build(trainer, 3));
    bp_cost_destroy(cost);
    bp_optimizer_destroy(sgd);
    return trainer;
}

static void set_numbers(bp_network *network, struct tensor *tensor)
{
    static const double zeros[WIDTH] = {0};

    if (tensor->layer == 1 && tensor->which == BP_PARAMETER_BIAS)
        ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_WEIGHT, zeros, WIDTH));
    tensor->v = numbers(tensor->count, 5);
    tensor->gradient = numbers(tensor->count, 6);
    ok(bp_network_set_parameter_f64(network, tensor->layer, tensor->which, tensor->v,
                                    tensor->count));
}

static void check_between(const struct layer_record *record, struct tensor tensor)
{
    double *x = numbers(ROWS * 9, 1), *w = numbers(ROWS * OUTPUTS, 2);
    double a[ROWS * OUTPUTS], left_size, right_size, left, right;
    struct probe probe = {.outputs = a, .given = w};
    bp_network *network = between_network(record);
    bp_trainer *trainer = between_trainer(network, &probe);

    set_numbers(network, &tensor);
    ok(bp_trainer_gradient_f64(trainer, x, ROWS * 9, w, ROWS * OUTPUTS, NULL));
    ok(bp_trainer_get_gradient_f64(trainer, tensor.layer, tensor.which, tensor.gradient,
                                   tensor.count));
    left = inner(a, w, ROWS * OUTPUTS, &left_size);
    right = inner(tensor.v, tensor.gradient, tensor.count, &right_size);
    if (!(left_size > 0 && fabs(left - right) <= BOUND * fmax(left_size, right_size))) {
        print_error("%s, layer %zu: <Jv,w> is %.17g, <v,J'w> is %.17g\n", record->text,
                    tensor.layer, left, right);
        fail();
    }
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    free(tensor.v);
    free(tensor.gradient);
    free(x);
    free(w);
}

static void test_layers_between(void **state)
{
    const struct tensor first = {0, BP_PARAMETER_WEIGHT, 9 * WIDTH, NULL, NULL};
    const struct tensor scale = {1, BP_PARAMETER_WEIGHT, WIDTH, NULL, NULL};
    const struct tensor shift = {1, BP_PARAMETER_BIAS, WIDTH, NULL, NULL};
    const struct tensor last = {2, BP_PARAMETER_WEIGHT, WIDTH * OUTPUTS, NULL, NULL};

    (void)state;
    for (size_t i = 0; i < layer_record_count; ++i) {
        const struct layer_record *record = &layer_records[i];

        check_between(record, last);
        if (record->kind == BP_LAYER_KIND_DROPOUT)
            check_between(record, first);
        if (!record_is_affine(record))
            continue;
        check_between(record, scale);
        check_between(record, shift);
    }
}

#define CHAIN(name, index)                                                            \
    {                                                                                 \
        "adjoint: " name, test_adjoint, NULL, NULL, (void *)(uintptr_t)&chains[index] \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHAIN("1-1", 0),
        CHAIN("5-3", 1),
        CHAIN("16-16", 2),
        CHAIN("3-17-2", 3),
        CHAIN("9-33-31-4", 4),
        CHAIN("9-33-31-4, linear layers apart", 5),
        CHAIN("70-65-130-19", 6),
        CHAIN("40-64-200, 300 rows", 7),
        CHAIN("8-1-24-1-5, linear layers apart", 8),
        cmocka_unit_test(test_layers_between),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
