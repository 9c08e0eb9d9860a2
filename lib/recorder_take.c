/* SPDX-License-Identifier: MIT */
/*
 * Samples. With the parameters w of a layer, its gradient g in the step that was sampled
 * and dw what this step changed:
 *
 *     weight norm = |w|     gradient norm = |g|     update ratio = |dw| / |w before|
 *
 * For dw the parameters are copied before a step that will be sampled; for g the trainer
 * keeps its gradient in that step, which changes no bit of the result.
 */
#include "recorder.h"

#include "batch.h"

#include <math.h>
#include <string.h>

/* ---- before the step ---- */

static double *keep_setting(const struct bp_recorder *recorder)
{
    return &recorder->trainer->settings[BP_TRAINER_KEEP_GRADIENT - 1];
}

void bp_recorder_let_go(struct bp_recorder *recorder)
{
    if (recorder->recording.keeps)
        *keep_setting(recorder) = 0;
    recorder->recording.keeps = false;
}

/* Whether the step after this event is the one that the next event comes with. */
static bool is_next(const struct bp_recorder *recorder, const bp_progress *progress)
{
    const size_t batch = recorder->trainer->model.pass.capacity;
    const bool ended = progress != NULL && progress->rows_done == progress->rows;

    if (progress == NULL || recorder->recording.options.event == BP_EVENT_STEP)
        return true;
    return progress->rows - (ended ? 0 : progress->rows_done) <= batch;
}

void bp_recorder_prepare(struct bp_recorder *recorder, const bp_progress *progress)
{
    struct bp_recording *recording = &recorder->recording;
    const struct bp_network *network = recorder->trainer->network;

    if (recording->events % recording->apart != 0 || !is_next(recorder, progress))
        return;
    memcpy(recording->before, network->params.base, network->params.size);
    recording->has_before = true;
    recording->before_step = recorder->trainer->step;
    if (*keep_setting(recorder) == 0) {
        *keep_setting(recorder) = 1;
        recording->keeps = true;
    }
}

/* ---- norms ---- */

static double element(const struct bp_network *network, const void *base, size_t at)
{
    return network->engine->element_size == sizeof(double) ? ((const double *)base)[at]
                                                           : ((const float *)base)[at];
}

/* Sum of the squares of a - b over a tensor; b may be NULL. */
static double square(const struct bp_network *network, const struct bp_place *place,
                     const void *a, const void *b)
{
    double sum = 0;
    size_t row;
    size_t col;

    for (row = 0; row < place->rows; row++)
        for (col = 0; col < place->cols; col++) {
            const size_t at =
                place->offset + row * place->row_stride + col * place->col_stride;
            const double difference =
                element(network, a, at) - (b != NULL ? element(network, b, at) : 0);

            sum += difference * difference;
        }
    return sum;
}

static double norm(const struct bp_network *network, size_t layer, const void *a,
                   const void *b)
{
    const struct bp_node *node = &network->nodes[layer];

    return sqrt(square(network, &node->weight, a, b) +
                square(network, &node->bias, a, b));
}

static double *take_norms(const struct bp_recorder *recorder, size_t layer, double *value)
{
    const struct bp_trainer *trainer = recorder->trainer;
    const struct bp_recording *recording = &recorder->recording;
    const struct bp_network *network = trainer->network;
    const void *params = network->params.base;
    const bool moved =
        recording->has_before && trainer->step == recording->before_step + 1;
    const double before = moved ? norm(network, layer, recording->before, NULL) : 0;

    *value++ = norm(network, layer, params, NULL);
    *value++ = trainer->keeps_gradient
                   ? norm(network, layer, trainer->model.grads.base, NULL)
                   : NAN;
    *value++ =
        before > 0 ? norm(network, layer, params, recording->before) / before : NAN;
    return value;
}

/* ---- activations ---- */

static double activation_at(const struct bp_recording *recording, size_t layer,
                            size_t row, size_t unit)
{
    const struct bp_pass *pass = &recording->pass;

    return element(pass->network,
                   bp_pass_row(pass, pass->slots[layer].output,
                               pass->network->nodes[layer].outputs, row),
                   unit);
}

/** What is summed over units and rows. */
struct sums {
    double count, sum, squares, zeros, low, high;
};

static struct sums sum_up(const struct bp_recording *recording, size_t layer)
{
    const size_t width = recording->pass.network->nodes[layer].outputs;
    struct sums sums = {.low = HUGE_VAL, .high = -HUGE_VAL};
    size_t i;

    for (i = 0; i < recording->rows * width; i++) {
        const double a = activation_at(recording, layer, i / width, i % width);

        sums.count += 1;
        sums.sum += a;
        sums.squares += a * a;
        sums.zeros += a == 0;
        sums.low = fmin(sums.low, a);
        sums.high = fmax(sums.high, a);
    }
    return sums;
}

static void count_bins(const struct bp_recording *recording, size_t layer,
                       const struct sums *sums, uint32_t *bins)
{
    const size_t width = recording->pass.network->nodes[layer].outputs;
    const double step = (sums->high - sums->low) / BP_RECORDER_BINS;
    size_t i;

    memset(bins, 0, BP_RECORDER_BINS * sizeof *bins);
    for (i = 0; i < recording->rows * width; i++) {
        const double a = activation_at(recording, layer, i / width, i % width);
        size_t bin = 0;

        if (step > 0 && a > sums->low)
            bin = (size_t)fmin((a - sums->low) / step, BP_RECORDER_BINS - 1);
        bins[bin]++;
    }
}

static double *take_layer(const struct bp_recording *recording, size_t layer,
                          double *value)
{
    const struct sums sums = sum_up(recording, layer);
    const size_t at = recording->count * recording->layers + layer;
    const double mean = sums.sum / sums.count;

    *value++ = mean;
    *value++ = sqrt(fmax(0, sums.squares / sums.count - mean * mean));
    *value++ = sums.zeros / sums.count;
    recording->ranges[2 * at] = sums.low;
    recording->ranges[2 * at + 1] = sums.high;
    count_bins(recording, layer, &sums, recording->bins + BP_RECORDER_BINS * at);
    return value;
}

static int32_t run_probe(struct bp_recording *recording)
{
    const struct bp_batch batch = {.rows = recording->rows, .inputs = recording->probe};

    bp_batch_load(&batch, &recording->pass);
    return bp_pass_forward(&recording->pass);
}

/* ---- connections ---- */

static double *take_connection(const struct bp_recorder *recorder,
                               const bp_connection *one, double *value)
{
    const struct bp_trainer *trainer = recorder->trainer;
    const struct bp_network *network = trainer->network;
    const struct bp_node *node = &network->nodes[one->layer];
    const bool bias = one->kind == BP_CONNECTION_BIAS;
    const size_t at = bias ? node->bias.offset + one->to * node->bias.col_stride
                           : node->weight.offset + one->to * node->weight.row_stride +
                                 one->from * node->weight.col_stride;

    *value++ = element(network, network->params.base, at);
    *value++ =
        trainer->keeps_gradient ? element(network, trainer->model.grads.base, at) : NAN;
    return value;
}

/* ---- a sample ---- */

static double *take_progress(const struct bp_recorder *recorder,
                             const bp_progress *progress, double *value)
{
    const struct bp_trainer *trainer = recorder->trainer;
    const bool looked = progress->validation_epoch > 0;
    const double part =
        trainer->epoch_rows > 0 ? (double)trainer->row / (double)trainer->epoch_rows : 0;

    *value++ = (double)progress->step;
    *value++ = (double)trainer->epoch + part;
    *value++ = progress->seconds;
    *value++ = progress->cost;
    *value++ = progress->step_cost;
    *value++ = progress->rate;
    *value++ = looked ? progress->validation_cost : NAN;
    *value++ = looked ? progress->monitored : NAN;
    return value;
}

/* Every second sample stays. */
static void thin(struct bp_recording *r)
{
    size_t i;

    for (i = 1; 2 * i < r->count; i++) {
        memcpy(bp_recording_row(r, i), bp_recording_row(r, 2 * i),
               r->columns * sizeof *r->values);
        if (r->rows > 0) {
            memcpy(r->ranges + 2 * r->layers * i, r->ranges + 4 * r->layers * i,
                   2 * r->layers * sizeof *r->ranges);
            memcpy(r->bins + BP_RECORDER_BINS * r->layers * i,
                   r->bins + 2 * BP_RECORDER_BINS * r->layers * i,
                   BP_RECORDER_BINS * r->layers * sizeof *r->bins);
        }
        if (r->options.regions != 0)
            memcpy(r->cells + BP_REGION_CELLS * i, r->cells + 2 * BP_REGION_CELLS * i,
                   BP_REGION_CELLS);
    }
    r->count = (r->count + 1) / 2;
    r->apart *= 2;
}

static int32_t look(struct bp_recording *recording)
{
    int32_t answer = 0;

    if (recording->rows > 0)
        answer = run_probe(recording);
    if (answer == 0 && recording->options.regions != 0 &&
        bp_region_fill(recording->workspace, &recording->region,
                       recording->cells + BP_REGION_CELLS * recording->count) != BP_OK)
        answer = 1;
    return answer;
}

int32_t bp_recorder_take(struct bp_recorder *recorder, const bp_progress *progress)
{
    struct bp_recording *recording = &recorder->recording;
    const bp_recorder_options *options = &recording->options;
    const int32_t answer = look(recording);
    double *value = bp_recording_row(recording, recording->count);
    size_t i;

    if (answer != 0)
        return answer;
    value = take_progress(recorder, progress, value);
    for (i = 0; i < options->metric_codes_count; i++)
        *value++ = recording->metrics[i];
    for (i = 0; i < recording->layers; i++)
        if (bp_recording_has_params(recorder, i))
            value = take_norms(recorder, i, value);
    for (i = 0; i < recording->layers && recording->rows > 0; i++)
        value = take_layer(recording, i, value);
    for (i = 0; i < options->connections_count; i++)
        value = take_connection(recorder, &options->connections[i], value);
    recording->count++;
    return 0;
}

/* ---- the callback ---- */

/* Metrics are those of the last look. */
static void read_metrics(const struct bp_recording *recording,
                         const bp_progress *progress)
{
    const bp_recorder_options *options = &recording->options;
    size_t i;

    if (progress->event != BP_EVENT_EPOCH || progress->validation_epoch == 0 ||
        progress->validation_epoch != progress->epoch)
        return;
    for (i = 0; i < options->metric_codes_count; i++)
        if (bp_metrics_value(options->metrics, options->metric_codes[i], BP_INDEX_ALL,
                             &recording->metrics[i]) != BP_OK)
            recording->metrics[i] = NAN;
}

static int32_t sample(struct bp_recorder *recorder, const bp_progress *progress)
{
    struct bp_recording *recording = &recorder->recording;
    int32_t answer = 0;

    if (progress->event != recording->options.event)
        return 0;
    if (recording->events % recording->apart == 0) {
        if (recording->count == recording->options.samples)
            thin(recording);
        if (recording->events % recording->apart == 0)
            answer = bp_recorder_take(recorder, progress);
        bp_recorder_let_go(recorder);
        recording->has_before = false;
    }
    recording->events++;
    return answer;
}

int32_t bp_recorder_progress(const bp_progress *progress, void *recorder)
{
    struct bp_recorder *self = recorder;
    int32_t answer;

    if (progress == NULL || self == NULL || !self->started || self->busy ||
        progress->struct_size != sizeof *progress)
        return 1;
    self->busy = true;
    read_metrics(&self->recording, progress);
    answer = sample(self, progress);
    bp_recorder_prepare(self, progress);
    self->busy = false;
    return answer;
}
