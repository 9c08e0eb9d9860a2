/* SPDX-License-Identifier: MIT */
/* Bad arguments: explanation. See badargs.h. */
#include "badargs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define X2 (2 * WORLD_INPUTS)
#define Y2 (2 * WORLD_OUTPUTS)

static bp_status refused(bool answer)
{
    return answer ? BP_EINVAL : BP_OK;
}

static void test_create(void **state)
{
    struct world *w = *state;

    BAD(bp_trace_create, network, "NULL", BP_EINVAL, NOTHING,
        bp_trace_create(NULL, w->cost, &w->out.trace));
    BAD(bp_trace_create, network, "not built", BP_EINVAL, NOTHING,
        bp_trace_create(w->open, w->cost, &w->out.trace));
    BAD(bp_trace_create, cost, "NULL", BP_EINVAL, NOTHING,
        bp_trace_create(w->net, NULL, &w->out.trace));
    BAD(bp_trace_create, trace, "NULL", BP_EINVAL, NOTHING,
        bp_trace_create(w->net, w->cost, NULL));
    ANY(bp_trace_destroy, trace, "accepts NULL");
    BAD(bp_trace_error, trace, "NULL", BP_EINVAL, NOTHING,
        refused(bp_trace_error(NULL) != NULL && bp_trace_error(NULL)[0] == '\0'));
}

static void test_mode(void **state)
{
    struct world *w = *state;

    BAD(bp_trace_set_mode, trace, "NULL", BP_EINVAL, NOTHING,
        bp_trace_set_mode(NULL, BP_MODE_TRAIN, 1, 0));
    BAD_CODES(bp_trace_set_mode, mode, BP_MODE_PREDICT, BP_MODE_TRAIN, w->trace,
              bp_trace_set_mode(w->trace, code, 1, 0));
    ANY(bp_trace_set_mode, seed, "every value is a seed");
    ANY(bp_trace_set_mode, step, "every value is a step");
}

/* What the three forms with arrays have in common; two rows each. */
#define BAD_RUN(function, x, y, answers, y2)                                            \
    do {                                                                                \
        bp_trace *t = w->trace;                                                         \
        BAD(function, trace, "NULL", BP_EINVAL, NOTHING, function(NULL, x, X2, y, y2)); \
        BAD(function, inputs, "NULL", BP_EINVAL, t, function(t, NULL, X2, y, y2));      \
        BAD(function, inputs_count, "0", BP_ESHAPE, t, function(t, x, 0, y, y2));       \
        BAD(function, inputs_count, "no whole rows", BP_ESHAPE, t,                      \
            function(t, x, X2 - 1, y, y2));                                             \
        BAD(function, inputs_count, "no whole rows, large", BP_ESHAPE, t,               \
            function(t, x, SIZE_MAX - 1, y, y2));                                       \
        BAD_SAYS(function, answers, #answers, "NULL", BP_EINVAL, t,                     \
                 function(t, x, X2, NULL, y2));                                         \
        BAD(function, answers##_count, "0", BP_ESHAPE, t, function(t, x, X2, y, 0));    \
        BAD(function, answers##_count, "too few", BP_ESHAPE, t,                         \
            function(t, x, X2, y, (y2)-1));                                             \
        BAD(function, answers##_count, "too many", BP_ESHAPE, t,                        \
            function(t, x, X2, y, (y2) + 1));                                           \
        BAD(function, answers##_count, "SIZE_MAX", BP_ESHAPE, t,                        \
            function(t, x, X2, y, SIZE_MAX));                                           \
    } while (0)

static void test_run(void **state)
{
    struct world *w = *state;

    BAD_RUN(bp_trace_run, w->in.f, w->in.targets, targets, Y2);
    BAD_RUN(bp_trace_run_f64, w->in.d, w->in.targets_f64, targets, Y2);
    BAD_RUN(bp_trace_run_labels, w->in.f, w->in.labels, labels, 2);
    BAD(bp_trace_run_labels, state, "a cost without labels", BP_ESTATE, w->trace_huber,
        bp_trace_run_labels(w->trace_huber, w->in.f, X2, w->in.labels, 2));
}

static void test_run_values(void **state)
{
    struct world *w = *state;
    bp_trace *t = w->trace;

    w->in.f[X2 - 1] = (float)NAN;
    w->in.d[X2 - 1] = (double)INFINITY;
    BAD(bp_trace_run, inputs, "NaN", BP_EDATA, t,
        bp_trace_run(t, w->in.f, X2, w->in.targets, Y2));
    BAD(bp_trace_run_f64, inputs, "inf", BP_EDATA, t,
        bp_trace_run_f64(t, w->in.d, X2, w->in.targets_f64, Y2));
    BAD(bp_trace_run_labels, inputs, "NaN", BP_EDATA, t,
        bp_trace_run_labels(t, w->in.f, X2, w->in.labels, 2));
    w->in.f[X2 - 1] = 0;
    w->in.d[X2 - 1] = 0;
    w->in.targets[Y2 - 1] = -0.5f;
    w->in.targets_f64[Y2 - 1] = 1.5;
    w->in.labels[1] = WORLD_OUTPUTS;
    BAD(bp_trace_run, targets, "negative", BP_EDATA, t,
        bp_trace_run(t, w->in.f, X2, w->in.targets, Y2));
    BAD(bp_trace_run_f64, targets, "above 1", BP_EDATA, t,
        bp_trace_run_f64(t, w->in.d, X2, w->in.targets_f64, Y2));
    BAD_SAYS(bp_trace_run_labels, labels, "label", "no such class", BP_EDATA, t,
             bp_trace_run_labels(t, w->in.f, X2, w->in.labels, 2));
}

static void test_run_data(void **state)
{
    struct world *w = *state;
    bp_trace *t = w->trace;

    BAD(bp_trace_run_data, trace, "NULL", BP_EINVAL, NOTHING,
        bp_trace_run_data(NULL, w->data, 0, 1));
    BAD(bp_trace_run_data, data, "NULL", BP_EINVAL, t, bp_trace_run_data(t, NULL, 0, 1));
    BAD(bp_trace_run_data, data, "empty", BP_ESTATE, t,
        bp_trace_run_data(t, w->empty, 0, 1));
    BAD(bp_trace_run_data, data, "no targets", BP_ESTATE, t,
        bp_trace_run_data(t, w->inputs, 0, 1));
    BAD(bp_trace_run_data, data, "another width", BP_ESHAPE, t,
        bp_trace_run_data(t, w->csv, 0, 1));
    BAD(bp_trace_run_data, data, "labels only", BP_ESTATE, w->trace_huber,
        bp_trace_run_data(w->trace_huber, w->labelled, 0, 1));
    BAD(bp_trace_run_data, first, "behind the end", BP_EINVAL, t,
        bp_trace_run_data(t, w->data, WORLD_ROWS, 1));
    BAD(bp_trace_run_data, first, "SIZE_MAX", BP_EINVAL, t,
        bp_trace_run_data(t, w->data, SIZE_MAX, 1));
    BAD(bp_trace_run_data, rows, "0", BP_EINVAL, t, bp_trace_run_data(t, w->data, 0, 0));
    BAD(bp_trace_run_data, rows, "one too many", BP_EINVAL, t,
        bp_trace_run_data(t, w->data, 1, WORLD_ROWS));
    BAD(bp_trace_run_data, rows, "SIZE_MAX", BP_EINVAL, t,
        bp_trace_run_data(t, w->data, 1, SIZE_MAX));
}

static void test_info(void **state)
{
    struct world *w = *state;

    BAD(bp_trace_get_info, trace, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_info(NULL, &w->out.trace_info));
    BAD(bp_trace_get_info, info, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_info(w->trace, NULL));
    BAD(bp_trace_get_info, info, "wrong struct_size", BP_EINVAL, NOTHING,
        bp_trace_get_info(w->trace, &w->out.bad_trace_info));
    BAD(bp_trace_get_layer, trace, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_layer(NULL, 0, &w->out.trace_layer));
    BAD(bp_trace_get_layer, state, "not run", BP_ESTATE, NOTHING,
        bp_trace_get_layer(w->trace_fresh, 0, &w->out.trace_layer));
    BAD(bp_trace_get_layer, layer, "2", BP_EINVAL, NOTHING,
        bp_trace_get_layer(w->trace, 2, &w->out.trace_layer));
    BAD(bp_trace_get_layer, info, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_layer(w->trace, 0, NULL));
    BAD(bp_trace_get_layer, info, "wrong struct_size", BP_EINVAL, NOTHING,
        bp_trace_get_layer(w->trace, 0, &w->out.bad_trace_layer));
}

static void test_get_values(void **state)
{
    struct world *w = *state;
    double *d = w->out.d;

    BAD(bp_trace_get_values, trace, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_values(NULL, 0, 0, BP_TRACE_Z, d, 4));
    BAD(bp_trace_get_values, state, "not run", BP_ESTATE, NOTHING,
        bp_trace_get_values(w->trace_fresh, 0, 0, BP_TRACE_Z, d, 4));
    BAD(bp_trace_get_values, row, "2", BP_EINVAL, NOTHING,
        bp_trace_get_values(w->trace, 2, 0, BP_TRACE_Z, d, 4));
    BAD(bp_trace_get_values, layer, "2", BP_EINVAL, NOTHING,
        bp_trace_get_values(w->trace, 0, 2, BP_TRACE_Z, d, 4));
    BAD_CODES(bp_trace_get_values, what, BP_TRACE_INPUT, BP_TRACE_COST_INPUT, NOTHING,
              bp_trace_get_values(w->trace, 0, 0, code, d, 4));
    BAD(bp_trace_get_values, what, "slopes of callbacks", BP_EUNSUPPORTED, NOTHING,
        bp_trace_get_values(w->trace_own, 0, 0, BP_TRACE_SLOPE, d, 3));
    BAD(bp_trace_get_values, values, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_values(w->trace, 0, 0, BP_TRACE_Z, NULL, 4));
    BAD(bp_trace_get_values, count, "3", BP_ESHAPE, NOTHING,
        bp_trace_get_values(w->trace, 0, 0, BP_TRACE_Z, d, 3));
    BAD(bp_trace_get_values, count, "SIZE_MAX", BP_ESHAPE, NOTHING,
        bp_trace_get_values(w->trace, 0, 0, BP_TRACE_INPUT, d, SIZE_MAX));
    BAD(bp_trace_get_costs, trace, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_costs(NULL, d, 2));
    BAD(bp_trace_get_costs, state, "not run", BP_ESTATE, NOTHING,
        bp_trace_get_costs(w->trace_fresh, d, 2));
    BAD(bp_trace_get_costs, values, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_costs(w->trace, NULL, 2));
    BAD(bp_trace_get_costs, count, "1", BP_ESHAPE, NOTHING,
        bp_trace_get_costs(w->trace, d, 1));
}

static void test_get_gradient(void **state)
{
    struct world *w = *state;
    double *d = w->out.d;
    const size_t n = WORLD_WEIGHTS;

    BAD(bp_trace_get_gradient, trace, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_gradient(NULL, 1, 0, d, n));
    BAD(bp_trace_get_gradient, state, "not run", BP_ESTATE, NOTHING,
        bp_trace_get_gradient(w->trace_fresh, 1, 0, d, n));
    BAD(bp_trace_get_gradient, layer, "2", BP_EINVAL, NOTHING,
        bp_trace_get_gradient(w->trace, 2, 0, d, n));
    BAD_CODES(bp_trace_get_gradient, which, BP_PARAMETER_WEIGHT, BP_PARAMETER_BIAS,
              NOTHING, bp_trace_get_gradient(w->trace, 1, code, d, n));
    BAD(bp_trace_get_gradient, values, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_gradient(w->trace, 1, 0, NULL, n));
    BAD(bp_trace_get_gradient, count, "one too few", BP_ESHAPE, NOTHING,
        bp_trace_get_gradient(w->trace, 1, 0, d, n - 1));
    BAD(bp_trace_get_row_gradient, trace, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_row_gradient(NULL, 0, 1, 0, d, n));
    BAD(bp_trace_get_row_gradient, state, "not run", BP_ESTATE, NOTHING,
        bp_trace_get_row_gradient(w->trace_fresh, 0, 1, 0, d, n));
    BAD(bp_trace_get_row_gradient, row, "2", BP_EINVAL, NOTHING,
        bp_trace_get_row_gradient(w->trace, 2, 1, 0, d, n));
    BAD(bp_trace_get_row_gradient, layer, "2", BP_EINVAL, NOTHING,
        bp_trace_get_row_gradient(w->trace, 0, 2, 0, d, n));
    BAD_CODES(bp_trace_get_row_gradient, which, BP_PARAMETER_WEIGHT, BP_PARAMETER_BIAS,
              NOTHING, bp_trace_get_row_gradient(w->trace, 0, 1, code, d, n));
    BAD(bp_trace_get_row_gradient, values, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_row_gradient(w->trace, 0, 1, 0, NULL, n));
    BAD(bp_trace_get_row_gradient, count, "one too many", BP_ESHAPE, NOTHING,
        bp_trace_get_row_gradient(w->trace, 0, 1, 0, d, n + 1));
}

static void test_get_jacobian(void **state)
{
    struct world *w = *state;
    double *d = w->out.d;

    BAD(bp_trace_get_jacobian, trace, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_jacobian(NULL, 0, 0, 0, d, 4));
    BAD(bp_trace_get_jacobian, state, "not run", BP_ESTATE, w->trace_fresh,
        bp_trace_get_jacobian(w->trace_fresh, 0, 0, 0, d, 4));
    BAD(bp_trace_get_jacobian, row, "2", BP_EINVAL, w->trace,
        bp_trace_get_jacobian(w->trace, 2, 0, 0, d, 4));
    BAD(bp_trace_get_jacobian, layer, "2", BP_EINVAL, w->trace,
        bp_trace_get_jacobian(w->trace, 0, 2, 0, d, 4));
    BAD(bp_trace_get_jacobian, unit, "4", BP_EINVAL, w->trace,
        bp_trace_get_jacobian(w->trace, 0, 0, 4, d, 4));
    BAD(bp_trace_get_jacobian, values, "NULL", BP_EINVAL, w->trace,
        bp_trace_get_jacobian(w->trace, 0, 0, 0, NULL, 4));
    BAD(bp_trace_get_jacobian, count, "3", BP_ESHAPE, w->trace,
        bp_trace_get_jacobian(w->trace, 0, 0, 0, d, 3));
}

/* Connections that are not there; `call` takes the trace t and the connection
 * c. */
#define BAD_CONNECTION(function, call)                                               \
    do {                                                                             \
        bp_trace *t = w->trace;                                                      \
        bp_connection at = w->connection;                                            \
        c = NULL;                                                                    \
        BAD(function, connection, "NULL", BP_EINVAL, t, call);                       \
        c = &at;                                                                     \
        at.struct_size -= 1;                                                         \
        BAD(function, connection, "wrong struct_size", BP_EINVAL, t, call);          \
        at.struct_size += 1;                                                         \
        at.kind = 0;                                                                 \
        BAD(function, connection, "kind 0", BP_EINVAL, t, call);                     \
        at.kind = 4;                                                                 \
        BAD(function, connection, "kind 4", BP_EINVAL, t, call);                     \
        at.kind = BP_CONNECTION_WEIGHT;                                              \
        at.row = 2;                                                                  \
        BAD(function, connection, "row 2", BP_EINVAL, t, call);                      \
        at.row = 0;                                                                  \
        at.layer = 2;                                                                \
        BAD(function, connection, "layer 2", BP_EINVAL, t, call);                    \
        at.layer = SIZE_MAX;                                                         \
        BAD(function, connection, "layer SIZE_MAX", BP_EINVAL, t, call);             \
        at.layer = 0;                                                                \
        at.to = 4;                                                                   \
        BAD(function, connection, "to 4", BP_EINVAL, t, call);                       \
        at.kind = BP_CONNECTION_BIAS;                                                \
        BAD(function, connection, "bias 4", BP_EINVAL, t, call);                     \
        at.to = 0;                                                                   \
        at.kind = BP_CONNECTION_WEIGHT;                                              \
        at.from = WORLD_INPUTS;                                                      \
        BAD(function, connection, "from too large", BP_EINVAL, t, call);             \
        at.kind = BP_CONNECTION_INPUT;                                               \
        BAD(function, connection, "input too large", BP_EINVAL, t, call);            \
        at.from = 0;                                                                 \
        at.kind = BP_CONNECTION_WEIGHT;                                              \
        t = w->trace_own;                                                            \
        BAD(function, connection, "a layer of callbacks", BP_EUNSUPPORTED, t, call); \
        t = w->trace_fresh;                                                          \
        BAD(function, state, "not run", BP_ESTATE, t, call);                         \
        t = NULL;                                                                    \
        BAD(function, trace, "NULL", BP_EINVAL, NOTHING, call);                      \
        c = &w->connection;                                                          \
    } while (0)

static void test_get_chain(void **state)
{
    struct world *w = *state;
    const bp_connection *c = &w->connection;

    BAD_CONNECTION(bp_trace_get_chain, bp_trace_get_chain(t, c, &w->out.chain));
    BAD(bp_trace_get_chain, chain, "NULL", BP_EINVAL, w->trace,
        bp_trace_get_chain(w->trace, c, NULL));
    BAD(bp_trace_get_chain, chain, "wrong struct_size", BP_EINVAL, w->trace,
        bp_trace_get_chain(w->trace, c, &w->out.bad_chain));
}

static void test_get_terms(void **state)
{
    struct world *w = *state;
    bp_connection last = w->connection;
    const bp_connection *c = &w->connection;
    const size_t n = WORLD_OUTPUTS;

    last.layer = 1;
    BAD_CONNECTION(bp_trace_get_terms, bp_trace_get_terms(t, c, w->out.d, n));
    BAD(bp_trace_get_terms, connection, "of the last layer", BP_EUNSUPPORTED, w->trace,
        bp_trace_get_terms(w->trace, &last, w->out.d, n));
    BAD(bp_trace_get_terms, terms, "NULL", BP_EINVAL, w->trace,
        bp_trace_get_terms(w->trace, c, NULL, n));
    BAD(bp_trace_get_terms, count, "one too few", BP_ESHAPE, w->trace,
        bp_trace_get_terms(w->trace, c, w->out.d, n - 1));
}

static void test_paths(void **state)
{
    struct world *w = *state;
    const bp_connection *c = &w->connection;

    BAD_CONNECTION(bp_trace_find_paths, bp_trace_find_paths(t, c, 3, &w->out.paths));
    BAD(bp_trace_find_paths, count, "0", BP_EINVAL, w->trace,
        bp_trace_find_paths(w->trace, c, 0, &w->out.paths));
    BAD(bp_trace_find_paths, summary, "NULL", BP_EINVAL, w->trace,
        bp_trace_find_paths(w->trace, c, 3, NULL));
    BAD(bp_trace_find_paths, summary, "wrong struct_size", BP_EINVAL, w->trace,
        bp_trace_find_paths(w->trace, c, 3, &w->out.bad_paths));
    BAD(bp_trace_get_path, trace, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_path(NULL, 0, &w->out.path));
    BAD(bp_trace_get_path, index, "behind the last", BP_EINVAL, NOTHING,
        bp_trace_get_path(w->trace, 3, &w->out.path));
    BAD(bp_trace_get_path, index, "nothing searched", BP_EINVAL, NOTHING,
        bp_trace_get_path(w->trace_own, 0, &w->out.path));
    BAD(bp_trace_get_path, path, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_path(w->trace, 0, NULL));
    BAD(bp_trace_get_path, path, "wrong struct_size", BP_EINVAL, NOTHING,
        bp_trace_get_path(w->trace, 0, &w->out.bad_path));
}

static void test_nudge(void **state)
{
    struct world *w = *state;
    const bp_connection *c = &w->connection;
    double *d = w->out.d;

    BAD(bp_trace_get_nudge, trace, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_nudge(NULL, 0, BP_TRACE_Z, d, d + 4, 4));
    BAD(bp_trace_get_nudge, state, "no nudge", BP_ESTATE, NOTHING,
        bp_trace_get_nudge(w->trace_own, 0, BP_TRACE_Z, d, d + 4, 3));
    BAD(bp_trace_get_nudge, layer, "2", BP_EINVAL, NOTHING,
        bp_trace_get_nudge(w->trace, 2, BP_TRACE_Z, d, d + 4, 4));
    BAD_CODES(bp_trace_get_nudge, what, BP_TRACE_Z, BP_TRACE_A, NOTHING,
              bp_trace_get_nudge(w->trace, 0, code, d, d + 4, 4));
    BAD(bp_trace_get_nudge, predicted, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_nudge(w->trace, 0, BP_TRACE_Z, NULL, d, 4));
    BAD(bp_trace_get_nudge, real, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_nudge(w->trace, 0, BP_TRACE_Z, d, NULL, 4));
    BAD(bp_trace_get_nudge, count, "3", BP_ESHAPE, NOTHING,
        bp_trace_get_nudge(w->trace, 0, BP_TRACE_Z, d, d + 4, 3));
    BAD_CONNECTION(bp_trace_nudge, bp_trace_nudge(t, c, 0.5, &w->out.nudge));
    BAD_NUMBERS(bp_trace_nudge, change, w->trace,
                bp_trace_nudge(w->trace, c, number, &w->out.nudge), -(double)INFINITY);
    BAD(bp_trace_nudge, nudge, "NULL", BP_EINVAL, w->trace,
        bp_trace_nudge(w->trace, c, 0.5, NULL));
    BAD(bp_trace_nudge, nudge, "wrong struct_size", BP_EINVAL, w->trace,
        bp_trace_nudge(w->trace, c, 0.5, &w->out.bad_nudge));
}

static void test_influence(void **state)
{
    struct world *w = *state;
    bp_trace *t = w->trace;
    bp_influence_options *o = &w->out.influence_options;
    size_t *found = &w->out.count;

    BAD(bp_influence_options_init, options, "NULL", BP_EINVAL, NOTHING,
        bp_influence_options_init(NULL));
    BAD(bp_trace_find_influences, trace, "NULL", BP_EINVAL, NOTHING,
        bp_trace_find_influences(NULL, NULL, 1, found));
    BAD(bp_trace_find_influences, state, "not run", BP_ESTATE, w->trace_fresh,
        bp_trace_find_influences(w->trace_fresh, NULL, 1, found));
    BAD(bp_trace_find_influences, count, "0", BP_EINVAL, t,
        bp_trace_find_influences(t, NULL, 0, found));
    BAD(bp_trace_find_influences, found, "NULL", BP_EINVAL, t,
        bp_trace_find_influences(t, NULL, 1, NULL));
    ok(bp_influence_options_init(o));
    o->struct_size -= 1;
    BAD(bp_trace_find_influences, options, "wrong struct_size", BP_EINVAL, t,
        bp_trace_find_influences(t, o, 1, found));
    ok(bp_influence_options_init(o));
    o->kind = 4;
    BAD(bp_trace_find_influences, options, "kind 4", BP_EINVAL, t,
        bp_trace_find_influences(t, o, 1, found));
    ok(bp_influence_options_init(o));
    o->row = 2;
    BAD(bp_trace_find_influences, options, "row 2", BP_EINVAL, t,
        bp_trace_find_influences(t, o, 1, found));
    ok(bp_influence_options_init(o));
    o->output = WORLD_OUTPUTS;
    BAD(bp_trace_find_influences, options, "output 2", BP_EINVAL, t,
        bp_trace_find_influences(t, o, 1, found));
    ok(bp_influence_options_init(o));
    o->layer = 2;
    BAD(bp_trace_find_influences, options, "layer 2", BP_EINVAL, t,
        bp_trace_find_influences(t, o, 1, found));
    o->layer = 0;
    BAD(bp_trace_find_influences, options, "no dense layer", BP_EUNSUPPORTED,
        w->trace_own, bp_trace_find_influences(w->trace_own, o, 1, found));
    BAD(bp_trace_get_influence, trace, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_influence(NULL, 0, &w->out.influence));
    BAD(bp_trace_get_influence, index, "not there", BP_EINVAL, NOTHING,
        bp_trace_get_influence(t, 2, &w->out.influence));
    BAD(bp_trace_get_influence, influence, "NULL", BP_EINVAL, NOTHING,
        bp_trace_get_influence(t, 0, NULL));
    BAD(bp_trace_get_influence, influence, "wrong struct_size", BP_EINVAL, NOTHING,
        bp_trace_get_influence(t, 0, &w->out.bad_influence));
}

static int32_t stop(const void *bytes, size_t size, void *user)
{
    (void)bytes;
    (void)size;
    (void)user;
    return 1;
}

/* Options that are wrong; `call` takes o and the network n or the trace t. */
#define BAD_OPTIONS(function, object, call)                                      \
    do {                                                                         \
        static const char *const names[] = {"a", NULL, "c"};                     \
        bp_picture_options *o = &w->out.picture_options;                         \
        ok(bp_picture_options_init(o));                                          \
        o->struct_size -= 1;                                                     \
        BAD(function, options, "wrong struct_size", BP_EINVAL, object, call);    \
        o->struct_size += 1;                                                     \
        o->units = 2;                                                            \
        BAD(function, options, "2 units", BP_EINVAL, object, call);              \
        o->units = SIZE_MAX;                                                     \
        BAD(function, options, "SIZE_MAX units", BP_EINVAL, object, call);       \
        o->units = 3;                                                            \
        o->paths = 0;                                                            \
        BAD(function, options, "0 paths", BP_EINVAL, object, call);              \
        o->paths = 65;                                                           \
        BAD(function, options, "65 paths", BP_EINVAL, object, call);             \
        o->paths = 1;                                                            \
        o->change = (double)NAN;                                                 \
        BAD(function, options, "a change that is NaN", BP_EINVAL, object, call); \
        o->change = 1;                                                           \
        o->input_names = names;                                                  \
        o->input_names_count = 2;                                                \
        BAD(function, options, "too few names", BP_ESHAPE, object, call);        \
        o->input_names_count = 3;                                                \
        BAD(function, options, "a name that is NULL", BP_EINVAL, object, call);  \
        o->input_names = NULL;                                                   \
        o->output_names = names;                                                 \
        o->output_names_count = 1;                                               \
        BAD(function, options, "too few output names", BP_ESHAPE, object, call); \
    } while (0)

static void test_draw_network(void **state)
{
    struct world *w = *state;
    bp_network *n = w->net;

    BAD(bp_picture_options_init, options, "NULL", BP_EINVAL, NOTHING,
        bp_picture_options_init(NULL));
    BAD(bp_network_draw, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_draw(NULL, BP_PICTURE_NETWORK, NULL, ignore_bytes, NULL));
    BAD(bp_network_draw, state, "not built", BP_ESTATE, w->open,
        bp_network_draw(w->open, BP_PICTURE_NETWORK, NULL, ignore_bytes, NULL));
    BAD_CODES(bp_network_draw, picture, BP_PICTURE_NETWORK, BP_PICTURE_NORMS, n,
              bp_network_draw(n, code, NULL, ignore_bytes, NULL));
    BAD(bp_network_draw, picture, "needs a trace", BP_EINVAL, n,
        bp_network_draw(n, BP_PICTURE_CHAIN, NULL, ignore_bytes, NULL));
    BAD(bp_network_draw, picture, "regions of 3 inputs", BP_EUNSUPPORTED, n,
        bp_network_draw(n, BP_PICTURE_REGIONS, NULL, ignore_bytes, NULL));
    BAD_SAYS(bp_network_draw, options, "data", "regions without data", BP_EINVAL,
             w->other,
             bp_network_draw(w->other, BP_PICTURE_REGIONS, NULL, ignore_bytes, NULL));
    BAD_SAYS(bp_network_draw, options, "layer", "weights of no dense layer",
             BP_EUNSUPPORTED, w->net_own,
             bp_network_draw(w->net_own, BP_PICTURE_WEIGHTS, NULL, ignore_bytes, NULL));
    BAD(bp_network_draw, write, "NULL", BP_EINVAL, n,
        bp_network_draw(n, BP_PICTURE_DOT, NULL, NULL, NULL));
    BAD(bp_network_draw, write, "stops", BP_ESTOPPED, n,
        bp_network_draw(n, BP_PICTURE_DOT, NULL, stop, NULL));
    ANY(bp_network_draw, user, "not looked at");
    BAD_OPTIONS(bp_network_draw, n,
                bp_network_draw(n, BP_PICTURE_NETWORK, o, ignore_bytes, NULL));
}

static void test_draw_trace(void **state)
{
    struct world *w = *state;
    bp_trace *t = w->trace;
    const bp_connection *c = &w->connection;
    bp_connection input = w->connection;

    input.kind = BP_CONNECTION_INPUT;
    BAD(bp_trace_draw, trace, "NULL", BP_EINVAL, NOTHING,
        bp_trace_draw(NULL, BP_PICTURE_NETWORK, c, NULL, ignore_bytes, NULL));
    BAD(bp_trace_draw, state, "not run", BP_ESTATE, w->trace_fresh,
        bp_trace_draw(w->trace_fresh, BP_PICTURE_NETWORK, NULL, NULL, ignore_bytes,
                      NULL));
    BAD_CODES(bp_trace_draw, picture, BP_PICTURE_NETWORK, BP_PICTURE_HISTOGRAMS, t,
              bp_trace_draw(t, code, c, NULL, ignore_bytes, NULL));
    BAD(bp_trace_draw, connection, "an input's chain", BP_EUNSUPPORTED, t,
        bp_trace_draw(t, BP_PICTURE_CHAIN, &input, NULL, ignore_bytes, NULL));
    BAD(bp_trace_draw, state, "no ranking", BP_ESTATE, w->trace_own,
        bp_trace_draw(w->trace_own, BP_PICTURE_INFLUENCE, NULL, NULL, ignore_bytes,
                      NULL));
    BAD(bp_trace_draw, write, "NULL", BP_EINVAL, t,
        bp_trace_draw(t, BP_PICTURE_DOT, c, NULL, NULL, NULL));
    BAD(bp_trace_draw, write, "stops", BP_ESTOPPED, t,
        bp_trace_draw(t, BP_PICTURE_CHAIN, c, NULL, stop, NULL));
    ANY(bp_trace_draw, user, "not looked at");
    BAD_OPTIONS(bp_trace_draw, t,
                bp_trace_draw(t, BP_PICTURE_NETWORK, c, o, ignore_bytes, NULL));
}

static void test_draw_connection(void **state)
{
    struct world *w = *state;
    const bp_connection *c = &w->connection;

    BAD_CONNECTION(bp_trace_draw,
                   bp_trace_draw(t, BP_PICTURE_PATHS, c, NULL, ignore_bytes, NULL));
}

BAD_GROUP(test_create, test_mode, test_run, test_run_values, test_run_data, test_info,
          test_get_values, test_get_gradient, test_get_jacobian, test_get_chain,
          test_get_terms, test_paths, test_nudge, test_influence, test_draw_network,
          test_draw_trace, test_draw_connection)
