/* SPDX-License-Identifier: MIT */
/*
 * What the programs in C share that are measured: they wait for requests, a line each, do
 * the work, and answer with a line of JSON. tests/bench/run.py asks, in turn, so that all
 * libraries are measured alternately. MNIST is in the folder BENCH_DATA.
 * A request is a verb and fields:
 *
 *     train layers=784,30,10 hidden=sigmoid output=sigmoid cost=quadratic batch=10 ...
 *
 * The parameters that training begins with and the small data set are made by formulas
 * that peer.py has as well, so that all libraries learn the same from the same.
 */
#ifndef BENCH_WORKER_H
#define BENCH_WORKER_H

#include <stddef.h>
#include <stdint.h>

enum { WORKER_FIELDS = 32, WORKER_LINE = 1024, WORKER_LAYERS = 40 };

/** A request. The texts lie in `line`. */
struct request {
    char line[WORKER_LINE];
    const char *verb;
    const char *keys[WORKER_FIELDS], *values[WORKER_FIELDS];
    size_t count;
};

/** A verb and the function that answers it. */
struct verb {
    const char *name;
    void (*answer)(const struct request *request);
};

/** Answer requests until there are no more. The last verb has the name NULL. */
int worker_run(const struct verb *verbs);

/** A field of a request; a field that is missing ends the program. */
const char *request_text(const struct request *request, const char *key);
double request_number(const struct request *request, const char *key);
size_t request_count(const struct request *request, const char *key);

/** Whether a field has this value. */
int request_is(const struct request *request, const char *key, const char *value);

/** Print an answer, a JSON object on one line; or say why there is none: the library
 *  cannot do what was asked for (`missing`), or something is wrong (`error`). */
void answer(const char *format, ...);
void answer_missing(const char *format, ...);
void answer_error(const char *format, ...);

/** End the program with a line on stderr. */
void worker_die(const char *format, ...);

void *worker_memory(size_t count, size_t size);

/** The shape of a network: widths[0] inputs, then the layers. */
struct shape {
    size_t widths[WORKER_LAYERS + 1], layers;
};

struct shape request_shape(const struct request *request);

/** Numbers that every program makes alike: in [-1, 1), by a place in a stream. */
float bench_number(uint64_t stream, uint64_t place);

/** Weight w[to][from] of a layer at first, `place` being to * inputs + from: uniform,
 *  within sqrt(6 / (inputs + outputs)). Biases are 0. */
float bench_weight(const struct shape *shape, size_t layer, size_t place);

/** Examples: rows of inputs, of targets (`off` and 1), and labels. */
struct examples {
    size_t rows, inputs, outputs;
    const float *inputs_at, *targets;
    const int32_t *labels;
};

/** The first rows of those that a request names (its fields data, rows, output); at
 *  most as many as there are. Read once, and kept. */
struct examples request_examples(const struct request *request);

/** Those to measure the accuracy on: the first `test` rows of the test files, or the
 *  small data set again. */
struct examples request_tests(const struct request *request);

/** The place of the largest of some outputs, the first of equals. */
size_t largest(const float *outputs, size_t count);

/** Threads of this process now; 0 if that cannot be told. */
unsigned worker_threads(void);

#endif
