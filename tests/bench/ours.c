/* SPDX-License-Identifier: MIT */
/*
 * Our library as any program would use it: the public header, the built library. The
 * timed calls are bp_trainer_epoch(), bp_trainer_step() and bp_network_predict().
 */
#include "clock.h"
#include "peak.h"
#include "worker.h"

#include <backprop.h>

#include <stdlib.h>
#include <string.h>

/* All that a work needs, and what went wrong first. */
struct model {
    const struct request *request;
    struct shape shape;
    bp_network *network;
    bp_cost *cost;
    bp_optimizer *optimizer;
    bp_trainer *trainer;
    bp_workspace *workspace;
    int failed; /* the answer has been given */
};

static void destroy(struct model *m)
{
    bp_workspace_destroy(m->workspace);
    bp_trainer_destroy(m->trainer);
    bp_optimizer_destroy(m->optimizer);
    bp_cost_destroy(m->cost);
    bp_network_destroy(m->network);
}

/* Whether all goes well; if not, the first fault is answered. */
static int good(struct model *m, bp_status status, const char *what, const char *why)
{
    if (m->failed)
        return 0;
    if (status == BP_OK)
        return 1;
    m->failed = 1;
    answer_error("%s: %s %s", what, bp_status_text(status), why);
    return 0;
}

static int missing(struct model *m, const char *what, const char *name)
{
    if (!m->failed)
        answer_missing("%s %s is not there", what, name);
    m->failed = 1;
    return 0;
}

/* --- Making ----------------------------------------------------------------------- */

static int add_layers(struct model *m)
{
    size_t layer;

    for (layer = 1; layer <= m->shape.layers; layer++) {
        const char *const name =
            request_text(m->request, layer < m->shape.layers ? "hidden" : "output");
        int32_t activation;

        if (bp_activation_find(name, &activation) != BP_OK)
            return missing(m, "activation", name);
        good(m, bp_network_add_dense(m->network, m->shape.widths[layer], activation),
             "layer", bp_network_error(m->network));
    }
    return !m->failed;
}

static int make_network(struct model *m)
{
    const double threads = request_number(m->request, "threads");

    return good(m, bp_network_create(m->shape.widths[0], NULL, &m->network), "network",
                "") &&
           good(m, bp_network_set(m->network, BP_NETWORK_THREADS, threads), "threads",
                bp_network_error(m->network)) &&
           add_layers(m) &&
           good(m, bp_network_build(m->network, 1), "build",
                bp_network_error(m->network));
}

/* The parameters that all libraries begin with. */
static int set_parameters(struct model *m)
{
    size_t layer, i;

    for (layer = 0; layer < m->shape.layers; layer++) {
        const size_t outputs = m->shape.widths[layer + 1];
        const size_t count = m->shape.widths[layer] * outputs;
        float *const values = worker_memory(count, sizeof *values);

        good(m,
             bp_network_set_parameter(m->network, layer, BP_PARAMETER_BIAS, values,
                                      outputs),
             "biases", bp_network_error(m->network));
        for (i = 0; i < count; i++)
            values[i] = bench_weight(&m->shape, layer, i);
        good(m,
             bp_network_set_parameter(m->network, layer, BP_PARAMETER_WEIGHT, values,
                                      count),
             "weights", bp_network_error(m->network));
        free(values);
    }
    return !m->failed;
}

static int make_optimizer(struct model *m)
{
    static const struct {
        const char *name;
        int32_t kind;
    } rules[] = {{"sgd", BP_OPTIMIZER_SGD}, {"adam", BP_OPTIMIZER_ADAM}};
    const char *const name = request_text(m->request, "optimizer");
    const size_t count = sizeof rules / sizeof rules[0];
    size_t i = 0;

    while (i < count && strcmp(name, rules[i].name) != 0)
        i++;
    if (i == count ||
        bp_optimizer_create(rules[i].kind, NULL, &m->optimizer) == BP_EINVAL)
        return missing(m, "optimizer", name);
    return good(m, m->optimizer != NULL ? BP_OK : BP_ENOMEM, "optimizer", "") &&
           good(m,
                bp_optimizer_set(m->optimizer, BP_OPTIMIZER_RATE,
                                 request_number(m->request, "rate")),
                "rate", bp_optimizer_error(m->optimizer));
}

static int make_trainer(struct model *m)
{
    const char *const name = request_text(m->request, "cost");
    int32_t cost;

    if (bp_cost_find(name, &cost) != BP_OK)
        return missing(m, "cost", name);
    return good(m, bp_cost_create(cost, NULL, &m->cost), "cost", "") &&
           make_optimizer(m) &&
           good(m, bp_trainer_create(m->network, m->cost, m->optimizer, &m->trainer),
                "trainer", "") &&
           good(m,
                bp_trainer_set(m->trainer, BP_TRAINER_BATCH,
                               request_number(m->request, "batch")),
                "batch", bp_trainer_error(m->trainer)) &&
           good(m, bp_trainer_set(m->trainer, BP_TRAINER_SHUFFLE, 0), "shuffle",
                bp_trainer_error(m->trainer)) &&
           good(m, bp_trainer_build(m->trainer, 1), "trainer",
                bp_trainer_error(m->trainer));
}

static int make_workspace(struct model *m, size_t rows)
{
    return good(m, bp_workspace_create(m->network, rows, &m->workspace), "workspace", "");
}

/* The examples as a data set that borrows them. */
static bp_dataset *borrow(struct model *m, const struct examples *e)
{
    bp_dataset *data = NULL;

    if (good(m, bp_dataset_create(NULL, &data), "data set", "") &&
        good(m,
             bp_dataset_set_inputs_borrow(data, e->inputs_at, e->rows, e->inputs,
                                          e->inputs),
             "inputs", bp_dataset_error(data))) {
        if (request_is(m->request, "cost", "softmax_cross_entropy"))
            good(m, bp_dataset_set_labels(data, e->labels, e->rows, e->outputs), "labels",
                 bp_dataset_error(data));
        else
            good(m,
                 bp_dataset_set_targets_borrow(data, e->targets, e->rows, e->outputs,
                                               e->outputs),
                 "targets", bp_dataset_error(data));
    }
    return data;
}

/* --- Training --------------------------------------------------------------------- */

static double train_epoch(struct model *m, const struct examples *e, size_t *steps)
{
    const size_t batch = request_count(m->request, "batch");
    bp_dataset *const data = borrow(m, e);
    double begin, elapsed;
    bp_status status;

    if (m->failed)
        return 0;
    begin = bench_now();
    status = bp_trainer_epoch(m->trainer, data, NULL);
    elapsed = bench_now() - begin;
    good(m, status, "epoch", bp_trainer_error(m->trainer));
    bp_dataset_destroy(data);
    *steps = (e->rows + batch - 1) / batch;
    return elapsed;
}

/* Steps of one row each, round and round. */
static double train_steps(struct model *m, const struct examples *e, size_t *steps)
{
    bp_status status = BP_OK;
    size_t step, row = 0;
    double begin;

    *steps = request_count(m->request, "steps");
    begin = bench_now();
    for (step = 0; step < *steps && status == BP_OK; step++) {
        status = bp_trainer_step(m->trainer, e->inputs_at + row * e->inputs, e->inputs,
                                 e->targets + row * e->outputs, e->outputs, NULL);
        row = row + 1 < e->rows ? row + 1 : 0;
    }
    begin = bench_now() - begin;
    good(m, status, "step", bp_trainer_error(m->trainer));
    return begin;
}

static double accuracy(struct model *m)
{
    const struct examples e = request_tests(m->request);
    int32_t *const classes = worker_memory(e.rows, sizeof *classes);
    size_t right = 0, row;

    if (m->workspace == NULL)
        make_workspace(m, 256);
    good(m,
         bp_network_classify(m->network, m->workspace, e.inputs_at, e.rows * e.inputs,
                             classes, e.rows),
         "classify", bp_workspace_error(m->workspace));
    for (row = 0; row < e.rows; row++)
        right += classes[row] == e.labels[row];
    free(classes);
    return (double)right / (double)e.rows;
}

static void train(const struct request *request)
{
    struct model m = {.request = request, .shape = request_shape(request)};

    if (make_network(&m) && set_parameters(&m) && make_trainer(&m)) {
        const struct examples e = request_examples(request);
        size_t steps = 0;
        const double seconds = request_is(request, "by", "step")
                                   ? train_steps(&m, &e, &steps)
                                   : train_epoch(&m, &e, &steps);
        const double right = m.failed ? 0 : accuracy(&m);

        if (!m.failed)
            answer("{\"seconds\": %.9g, \"count\": %zu, \"accuracy\": %.6f}", seconds,
                   steps, right);
    }
    destroy(&m);
}

/* --- Prediction ------------------------------------------------------------------- */

/* So often so many rows at a time, through all the examples, round and round. */
static double predict_rows(struct model *m, const struct examples *e, size_t rows)
{
    float *const outputs = worker_memory(rows * e->outputs, sizeof *outputs);
    const size_t calls = request_count(m->request, "steps");
    bp_status status = BP_OK;
    size_t call, row = 0;
    double begin = bench_now();

    for (call = 0; call < calls && status == BP_OK; call++) {
        status =
            bp_network_predict(m->network, m->workspace, e->inputs_at + row * e->inputs,
                               rows * e->inputs, outputs, rows * e->outputs);
        row = row + 2 * rows <= e->rows ? row + rows : 0;
    }
    begin = bench_now() - begin;
    good(m, status, "predict", bp_workspace_error(m->workspace));
    free(outputs);
    return begin;
}

static void predict(const struct request *request)
{
    struct model m = {.request = request, .shape = request_shape(request)};
    const struct examples e = request_tests(request);
    const size_t batch = request_count(request, "batch");
    const size_t rows = batch < e.rows ? batch : e.rows;
    const size_t together = rows < 256 ? rows : 256;

    if (make_network(&m) && set_parameters(&m) && make_workspace(&m, together)) {
        const double seconds = predict_rows(&m, &e, rows);
        const double right = m.failed ? 0 : accuracy(&m);

        if (!m.failed)
            answer("{\"seconds\": %.9g, \"count\": %zu, \"rows\": %zu, "
                   "\"accuracy\": %.6f}",
                   seconds, request_count(request, "steps"), rows, right);
    }
    destroy(&m);
}

/* --- The first call, and what the machine can do ------------------------------------ */

/* Create, build, one step; for a process that has done nothing else yet. */
static void first(const struct request *request)
{
    struct model m = {.request = request, .shape = request_shape(request)};
    const struct examples e = request_examples(request);
    const unsigned before = worker_threads();
    const double begin = bench_now();
    const int made = make_network(&m) && make_trainer(&m) &&
                     good(&m,
                          bp_trainer_step(m.trainer, e.inputs_at, e.inputs, e.targets,
                                          e.outputs, NULL),
                          "step", bp_trainer_error(m.trainer));
    const double seconds = bench_now() - begin;

    if (made)
        answer("{\"seconds\": %.9g, \"count\": 1, \"started\": %d}", seconds,
               (int)worker_threads() - (int)before);
    destroy(&m);
}

static void hello(const struct request *request)
{
    double isa = 0;
    struct model m = {.request = request};

    if (good(&m, bp_network_create(1, NULL, &m.network), "network", "") &&
        good(&m, bp_network_add_dense(m.network, 1, BP_ACTIVATION_LINEAR), "layer", "") &&
        good(&m, bp_network_build(m.network, 1), "build", "") &&
        good(&m, bp_network_get(m.network, BP_NETWORK_ISA, &isa), "isa", ""))
        answer("{\"version\": \"%s\", \"isa\": %d}", bp_version_text(), (int)isa);
    destroy(&m);
}

static void peak(const struct request *request)
{
    const struct bench_peak what = {.isa = (int32_t)request_number(request, "isa"),
                                    .bits = 32,
                                    .threads =
                                        (unsigned)request_count(request, "threads"),
                                    .runs = (int)request_number(request, "runs"),
                                    .seconds = request_number(request, "seconds")};

    answer("{\"gflops\": %.6g}", bench_peak(&what));
}

static double mean(const float *values, size_t count)
{
    double sum = 0;
    size_t i;

    for (i = 0; i < count; i++)
        sum += (double)values[i];
    return sum / (double)count;
}

/* A few of the numbers that all programs must make alike. */
static void numbers(const struct request *request)
{
    const struct shape shape = request_shape(request);
    const struct examples e = request_examples(request);

    answer("{\"numbers\": [%.9g, %.9g, %.9g, %.9g, %.9g, %d]}",
           (double)bench_number(3, 7), (double)bench_weight(&shape, 1, 5),
           mean(e.inputs_at, e.inputs),
           mean(e.inputs_at + (e.rows - 1) * e.inputs, e.inputs),
           (double)e.targets[e.outputs - 1], (int)e.labels[e.rows - 1]);
}

int main(void)
{
    static const struct verb verbs[] = {
        {"hello", hello}, {"train", train},     {"predict", predict}, {"first", first},
        {"peak", peak},   {"numbers", numbers}, {NULL, NULL}};

    return worker_run(verbs);
}
