/* SPDX-License-Identifier: MIT */
/*
 * FANN, with float. It learns after every example, or once an epoch; nothing between. Its
 * sigmoid is 1 / (1 + e^(-2 s z)) and its symmetric sigmoid tanh(s z), s the steepness,
 * so s is 1/2 and 1 for the functions that the others have. It halves the error of
 * symmetric outputs: there it gets twice the rate.
 */
#include "clock.h"
#include "worker.h"

#include <floatfann.h>

#include <stdlib.h>
#include <string.h>

#ifndef PEER_FANN_VERSION
#define PEER_FANN_VERSION "unknown"
#endif

static int known(const struct request *request)
{
    const char *const hidden = request_text(request, "hidden");

    return strcmp(hidden, request_text(request, "output")) == 0 &&
           (strcmp(hidden, "sigmoid") == 0 || strcmp(hidden, "tanh") == 0) &&
           (strcmp(request->verb, "predict") == 0 ||
            (request_is(request, "cost", "quadratic") &&
             request_is(request, "optimizer", "sgd") &&
             request_count(request, "batch") == 1));
}

/* FANN's weights lie neuron by neuron: its inputs, then its bias. */
static void set_parameters(struct fann *net, const struct shape *shape)
{
    float *at = net->weights;
    size_t layer, to, from;

    for (layer = 0; layer < shape->layers; layer++)
        for (to = 0; to < shape->widths[layer + 1]; to++) {
            const size_t inputs = shape->widths[layer];

            for (from = 0; from < inputs; from++)
                *at++ = bench_weight(shape, layer, to * inputs + from);
            *at++ = 0;
        }
}

static struct fann *make_network(const struct request *request, const struct shape *shape)
{
    const int symmetric = request_is(request, "hidden", "tanh");
    const enum fann_activationfunc_enum function =
        symmetric ? FANN_SIGMOID_SYMMETRIC : FANN_SIGMOID;
    unsigned widths[WORKER_LAYERS + 1];
    struct fann *net;
    size_t i;

    for (i = 0; i <= shape->layers; i++)
        widths[i] = (unsigned)shape->widths[i];
    net = fann_create_standard_array((unsigned)shape->layers + 1, widths);
    if (net == NULL)
        worker_die("FANN makes no network");
    fann_set_activation_function_hidden(net, function);
    fann_set_activation_function_output(net, function);
    fann_set_activation_steepness_hidden(net, symmetric ? 1.0f : 0.5f);
    fann_set_activation_steepness_output(net, symmetric ? 1.0f : 0.5f);
    return net;
}

static void make_training(struct fann *net, const struct request *request)
{
    const float rate = (float)request_number(request, "rate");

    fann_set_training_algorithm(net, FANN_TRAIN_INCREMENTAL);
    fann_set_train_error_function(net, FANN_ERRORFUNC_LINEAR);
    fann_set_learning_momentum(net, 0);
    fann_set_learning_rate(net, request_is(request, "hidden", "tanh") ? 2 * rate : rate);
}

/* FANN's own copy of the examples. */
static struct fann_train_data *make_data(const struct examples *e)
{
    struct fann_train_data *const data =
        fann_create_train((unsigned)e->rows, (unsigned)e->inputs, (unsigned)e->outputs);
    size_t row;

    if (data == NULL)
        worker_die("FANN makes no data set");
    for (row = 0; row < e->rows; row++) {
        memcpy(data->input[row], e->inputs_at + row * e->inputs,
               e->inputs * sizeof(float));
        memcpy(data->output[row], e->targets + row * e->outputs,
               e->outputs * sizeof(float));
    }
    return data;
}

static double accuracy(struct fann *net, const struct request *request)
{
    const struct examples e = request_tests(request);
    size_t right = 0, row;

    for (row = 0; row < e.rows; row++) {
        const float *const outputs =
            fann_run(net, (fann_type *)(uintptr_t)(e.inputs_at + row * e.inputs));

        right += largest(outputs, e.outputs) == (size_t)e.labels[row];
    }
    return (double)right / (double)e.rows;
}

static double train_steps(struct fann *net, const struct fann_train_data *data,
                          size_t steps)
{
    unsigned row = 0;
    size_t step;
    const double begin = bench_now();

    for (step = 0; step < steps; step++) {
        fann_train(net, data->input[row], data->output[row]);
        row = row + 1 < data->num_data ? row + 1 : 0;
    }
    return bench_now() - begin;
}

static double train_epoch(struct fann *net, struct fann_train_data *data)
{
    const double begin = bench_now();

    fann_train_epoch(net, data);
    return bench_now() - begin;
}

static void train(const struct request *request)
{
    const struct shape shape = request_shape(request);
    const int by_step = request_is(request, "by", "step");
    struct examples e;
    struct fann *net;
    struct fann_train_data *data;
    double seconds;

    if (!known(request)) {
        answer_missing("FANN does not do this work");
        return;
    }
    e = request_examples(request);
    net = make_network(request, &shape);
    make_training(net, request);
    set_parameters(net, &shape);
    data = make_data(&e);
    seconds = by_step ? train_steps(net, data, request_count(request, "steps"))
                      : train_epoch(net, data);
    answer("{\"seconds\": %.9g, \"count\": %zu, \"accuracy\": %.6f}", seconds,
           by_step ? request_count(request, "steps") : e.rows, accuracy(net, request));
    fann_destroy_train(data);
    fann_destroy(net);
}

static void predict(const struct request *request)
{
    const struct shape shape = request_shape(request);
    const size_t calls = request_count(request, "steps");
    struct examples e;
    struct fann *net;
    size_t call, row = 0;
    double seconds;

    if (!known(request) || request_count(request, "batch") != 1) {
        answer_missing("FANN does not do this work");
        return;
    }
    e = request_tests(request);
    net = make_network(request, &shape);
    set_parameters(net, &shape);
    seconds = bench_now();
    for (call = 0; call < calls; call++) {
        fann_run(net, (fann_type *)(uintptr_t)(e.inputs_at + row * e.inputs));
        row = row + 1 < e.rows ? row + 1 : 0;
    }
    seconds = bench_now() - seconds;
    answer("{\"seconds\": %.9g, \"count\": %zu, \"rows\": 1, \"accuracy\": %.6f}",
           seconds, calls, accuracy(net, request));
    fann_destroy(net);
}

static void first(const struct request *request)
{
    const struct shape shape = request_shape(request);
    struct examples e;
    struct fann *net;
    unsigned before;
    double seconds;

    if (!known(request)) {
        answer_missing("FANN does not do this work");
        return;
    }
    e = request_examples(request);
    before = worker_threads();
    seconds = bench_now();
    net = make_network(request, &shape);
    make_training(net, request);
    fann_train(net, (fann_type *)(uintptr_t)e.inputs_at,
               (fann_type *)(uintptr_t)e.targets);
    seconds = bench_now() - seconds;
    answer("{\"seconds\": %.9g, \"count\": 1, \"started\": %d}", seconds,
           (int)worker_threads() - (int)before);
    fann_destroy(net);
}

static void hello(const struct request *request)
{
    (void)request;
    answer("{\"version\": \"%s\"}", PEER_FANN_VERSION);
}

int main(void)
{
    static const struct verb verbs[] = {{"hello", hello},
                                        {"train", train},
                                        {"predict", predict},
                                        {"first", first},
                                        {NULL, NULL}};

    return worker_run(verbs);
}
