/* SPDX-License-Identifier: MIT */
/* What all objects of the world look like from outside, as one number. */
#include "fixtures.h"

#include <string.h>

static void mix(uint64_t *digest, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;

    for (size_t i = 0; i < size; ++i)
        *digest = (*digest ^ byte[i]) * 1099511628211u;
}

static void mix_size(uint64_t *digest, size_t value)
{
    mix(digest, &value, sizeof value);
}

/* A status goes in also, so that a setting which vanishes shows. */
static void mix_double(uint64_t *digest, bp_status status, double value)
{
    mix(digest, &status, sizeof status);
    mix(digest, &value, sizeof value);
}

static void mix_layer(uint64_t *digest, const bp_layer *layer)
{
    for (int32_t key = BP_LAYER_BIAS; key <= BP_LAYER_AFFINE; ++key) {
        double value = 0;
        mix_double(digest, bp_layer_get(layer, key, &value), value);
    }
}

static void mix_parameter(uint64_t *digest, const bp_network *network, size_t layer,
                          int32_t which)
{
    double values[WORLD_SCRATCH] = {0};
    bp_parameter_info info;
    size_t count;

    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    mix_size(digest,
             (size_t)bp_network_parameter_info(network, layer, which, &info) & 0xFF);
    mix(digest, &info, sizeof info);
    count = info.rows * info.cols;
    if (count > 0 && count <= WORLD_SCRATCH)
        (void)bp_network_get_parameter_f64(network, layer, which, values, count);
    mix(digest, values, sizeof values);
}

static void mix_running(uint64_t *digest, const bp_network *network, size_t layer,
                        int32_t which, size_t count)
{
    double values[WORLD_SCRATCH] = {0};

    if (count <= WORLD_SCRATCH)
        mix_size(digest, (size_t)bp_network_get_parameter_f64(network, layer, which,
                                                              values, count) &
                             0xFF);
    mix(digest, values, sizeof values);
}

static void mix_network(uint64_t *digest, const bp_network *network)
{
    for (int32_t key = BP_NETWORK_PRECISION; key <= BP_NETWORK_THREADS; ++key) {
        double value = 0;
        mix_double(digest, bp_network_get(network, key, &value), value);
    }
    mix_size(digest, bp_network_inputs(network));
    mix_size(digest, bp_network_outputs(network));
    mix_size(digest, bp_network_layers(network));
    mix_size(digest, bp_network_parameters(network));
    for (size_t layer = 0; layer < bp_network_layers(network); ++layer) {
        bp_layer_info info;
        memset(&info, 0, sizeof info);
        info.struct_size = sizeof info;
        mix_size(digest, (size_t)bp_network_layer_info(network, layer, &info) & 0xFF);
        mix(digest, &info, sizeof info);
        mix_parameter(digest, network, layer, BP_PARAMETER_WEIGHT);
        mix_parameter(digest, network, layer, BP_PARAMETER_BIAS);
        mix_running(digest, network, layer, BP_PARAMETER_RUNNING_MEAN, info.outputs);
        mix_running(digest, network, layer, BP_PARAMETER_RUNNING_VARIANCE, info.outputs);
    }
}

static void mix_cost(uint64_t *digest, const bp_cost *cost)
{
    double value = 0;

    mix_double(digest, bp_cost_get(cost, BP_COST_SCALE, &value), value);
    mix_double(digest, bp_cost_get(cost, BP_COST_SMOOTHING, &value), value);
}

static void mix_optimizer(uint64_t *digest, const bp_optimizer *optimizer)
{
    for (int32_t key = BP_OPTIMIZER_RATE; key <= BP_OPTIMIZER_TOLERANCE_CHANGE; ++key) {
        double value = 0;
        mix_double(digest, bp_optimizer_get(optimizer, key, &value), value);
    }
}

static void mix_schedule(uint64_t *digest, const bp_schedule *schedule)
{
    for (int32_t key = BP_SCHEDULE_BY; key <= BP_SCHEDULE_MONITOR; ++key) {
        double value = 0;
        mix_double(digest, bp_schedule_get(schedule, key, &value), value);
    }
    for (uint64_t t = 0; t < 8; ++t) {
        double rate = 0;
        mix_double(digest, bp_schedule_rate(schedule, 1, t, &rate), rate);
    }
}

/* What it remembers, and how it treats its layers. */
static void mix_memory(uint64_t *digest, const bp_trainer *trainer)
{
    double values[WORLD_WEIGHTS] = {0};

    for (int32_t number = BP_NUMBER_STEP; number <= BP_NUMBER_FALLS; ++number) {
        double value = 0;
        mix_double(digest, bp_trainer_get_number(trainer, number, &value), value);
    }
    for (int32_t key = BP_TRAINER_LAYER_RATE; key <= BP_TRAINER_LAYER_MAX_NORM; ++key) {
        double value = 0;
        mix_double(digest, bp_trainer_get_layer(trainer, 1, key, &value), value);
    }
    mix_double(digest,
               bp_trainer_get_state(trainer, 1, BP_PARAMETER_WEIGHT, BP_STATE_MOMENTUM,
                                    values, WORLD_WEIGHTS),
               0);
    mix(digest, values, sizeof values);
}

static void mix_trainer(uint64_t *digest, bp_trainer *trainer)
{
    bp_position position;

    memset(&position, 0, sizeof position);
    position.struct_size = sizeof position;
    mix_size(digest, (size_t)bp_trainer_position(trainer, &position) & 0xFF);
    mix(digest, &position, sizeof position);
    for (int32_t key = BP_TRAINER_BATCH; key <= BP_TRAINER_BIAS_DECAY; ++key) {
        double value = 0;
        mix_double(digest, bp_trainer_get(trainer, key, &value), value);
    }
    mix_optimizer(digest, bp_trainer_get_optimizer(trainer));
    mix_memory(digest, trainer);
}

static void mix_gradient(uint64_t *digest, const bp_trainer *trainer)
{
    double values[WORLD_WEIGHTS] = {0};

    mix_size(digest, (size_t)bp_trainer_get_gradient_f64(trainer, 1, BP_PARAMETER_WEIGHT,
                                                         values, WORLD_WEIGHTS) &
                         0xFF);
    mix(digest, values, sizeof values);
}

static void mix_row(uint64_t *digest, const bp_dataset *data, size_t row)
{
    float values[WORLD_SCRATCH] = {0};
    int32_t label = -1;

    (void)bp_dataset_get_inputs(data, row, values, bp_dataset_inputs(data));
    mix(digest, values, sizeof values);
    (void)bp_dataset_get_targets(data, row, values, bp_dataset_outputs(data));
    mix(digest, values, sizeof values);
    (void)bp_dataset_get_label(data, row, &label);
    mix(digest, &label, sizeof label);
    (void)bp_dataset_get_weight(data, row, values);
    mix(digest, values, sizeof *values);
}

static void mix_name(uint64_t *digest, const char *name)
{
    if (name != NULL)
        mix(digest, name, strlen(name) + 1);
}

static void mix_dataset(uint64_t *digest, const bp_dataset *data)
{
    mix_size(digest, bp_dataset_rows(data));
    mix_size(digest, bp_dataset_inputs(data));
    mix_size(digest, bp_dataset_outputs(data));
    mix_size(digest, bp_dataset_classes(data));
    mix_size(digest, bp_dataset_dropped(data));
    for (size_t row = 0; row < bp_dataset_rows(data); ++row)
        mix_row(digest, data, row);
    for (size_t i = 0; i < bp_dataset_classes(data); ++i)
        mix_name(digest, bp_dataset_class_name(data, i));
    for (size_t i = 0; i < bp_dataset_inputs(data); ++i)
        mix_name(digest, bp_dataset_input_name(data, i));
}

static void mix_scaler(uint64_t *digest, const bp_scaler *scaler)
{
    for (size_t col = 0; col < WORLD_INPUTS; ++col) {
        double offset = 0;
        double scale = 0;
        mix_double(digest, bp_scaler_get(scaler, col, &offset, &scale), offset);
        mix_double(digest, BP_OK, scale);
    }
}

/* All that a trace shows, but a nudge, which is gone when the next one fails. */
static void mix_trace(uint64_t *digest, const bp_trace *trace)
{
    bp_trace_info info = {.struct_size = sizeof info};
    bp_path path;
    double values[WORLD_SCRATCH] = {0};

    mix_double(digest, bp_trace_get_info(trace, &info), info.cost);
    mix_size(digest, info.rows);
    for (size_t layer = 0; layer < 3; ++layer)
        for (int32_t what = BP_TRACE_INPUT; what <= BP_TRACE_COST_INPUT; ++what)
            for (size_t count = 1; count <= 4; ++count)
                mix_double(digest,
                           bp_trace_get_values(trace, 1, layer, what, values, count),
                           values[count - 1]);
    mix_double(digest,
               bp_trace_get_gradient(trace, 1, BP_PARAMETER_WEIGHT, values,
                                     WORLD_WEIGHTS),
               values[0]);
    memset(&path, 0, sizeof path);
    path.struct_size = sizeof path;
    for (size_t i = 0; bp_trace_get_path(trace, i, &path) == BP_OK; ++i) {
        mix_double(digest, BP_OK, path.product);
        mix(digest, path.factors, (2 * path.layers + 1) * sizeof(double));
        mix(digest, path.a_units, path.layers * sizeof(size_t));
    }
}

/* Its parts are const where they are lent; the network is looked at as all are. */
static void mix_bundle(uint64_t *digest, bp_bundle *bundle)
{
    const bp_network *network = bp_bundle_get_network(bundle);

    mix_size(digest, network != NULL);
    if (network != NULL)
        mix_network(digest, network);
    if (bp_bundle_get_cost(bundle) != NULL)
        mix_cost(digest, bp_bundle_get_cost(bundle));
    if (bp_bundle_get_scaler(bundle) != NULL)
        mix_scaler(digest, bp_bundle_get_scaler(bundle));
    for (size_t i = 0; i < bp_bundle_classes(bundle); ++i)
        mix_name(digest, bp_bundle_class_name(bundle, i));
    for (size_t i = 0; i < WORLD_INPUTS; ++i)
        mix_name(digest, bp_bundle_input_name(bundle, i));
}

static void mix_metrics(uint64_t *digest, bp_metrics *metrics)
{
    for (int32_t key = BP_METRICS_TOP_K; key <= BP_METRICS_SCORES; ++key) {
        double value = 0;
        mix_double(digest, bp_metrics_get(metrics, key, &value), value);
    }
    for (size_t cell = 0; cell < WORLD_OUTPUTS * WORLD_OUTPUTS; ++cell) {
        double value = 0;
        mix_double(digest,
                   bp_metrics_confusion(metrics, cell / WORLD_OUTPUTS,
                                        cell % WORLD_OUTPUTS, &value),
                   value);
    }
}

static void mix_stream(uint64_t *digest, const bp_stream *stream)
{
    bp_stream_shape shape = {.struct_size = sizeof shape};
    double value = 0;

    (void)bp_stream_get_shape(stream, &shape);
    mix_size(digest, (size_t)shape.rows);
    mix_size(digest, shape.inputs + shape.outputs);
    mix_size(digest, shape.classes);
    for (int32_t key = BP_STREAM_WINDOW; key <= BP_STREAM_PREFETCH; ++key) {
        (void)bp_stream_get(stream, key, &value);
        mix_size(digest, (size_t)value);
    }
}

static void mix_history(uint64_t *digest, const bp_history *history)
{
    mix_size(digest, bp_history_epochs(history));
    for (size_t i = 0; i < bp_history_epochs(history); ++i) {
        bp_progress progress;
        memset(&progress, 0, sizeof progress);
        progress.struct_size = sizeof progress;
        (void)bp_history_get(history, i, &progress);
        mix_double(digest, BP_OK, progress.cost);
        mix_double(digest, BP_OK, progress.validation_cost);
    }
}

static void mix_recorder(uint64_t *digest, const bp_recorder *recorder)
{
    const size_t columns = bp_recorder_columns(recorder);

    mix_size(digest, bp_recorder_samples(recorder));
    mix_size(digest, columns);
    for (size_t i = 0; i < bp_recorder_samples(recorder) * columns; ++i) {
        double value = 0;
        mix_double(digest,
                   bp_recorder_get_value(recorder, i / columns, i % columns, &value),
                   value);
    }
}

static void mix_snapshot(uint64_t *digest, const bp_snapshot *snapshot)
{
    bp_tensor tensor = {.struct_size = sizeof tensor};
    bp_number_entry number = {.struct_size = sizeof number};

    mix_size(digest, bp_snapshot_tensors(snapshot));
    for (size_t i = 0; i < bp_snapshot_tensors(snapshot); ++i) {
        (void)bp_snapshot_get_tensor(snapshot, i, &tensor);
        mix(digest, tensor.name, strlen(tensor.name));
        mix(digest, tensor.values, tensor.rows * tensor.cols * sizeof(float));
    }
    mix_size(digest, bp_snapshot_numbers(snapshot));
    for (size_t i = 0; i < bp_snapshot_numbers(snapshot); ++i) {
        (void)bp_snapshot_get_number(snapshot, i, &number);
        mix(digest, number.name, strlen(number.name));
        mix(digest, &number.whole, sizeof number.whole);
        mix_double(digest, BP_OK, number.real);
    }
}

/* Asks only what is there: a question that fails would leave a line. */
static void mix_figures(uint64_t *digest, bp_metrics *metrics)
{
    for (int32_t metric = BP_METRIC_ACCURACY; metric <= BP_METRIC_ROWS; ++metric) {
        double value = 0;
        mix_double(digest, bp_metrics_value(metrics, metric, BP_INDEX_ALL, &value),
                   value);
    }
}

static void mix_learners(uint64_t *digest, const struct world *world)
{
    mix_trainer(digest, world->fresh);
    mix_trainer(digest, world->trainer);
    mix_trainer(digest, world->ready);
    mix_trainer(digest, world->trainer64);
    mix_trainer(digest, world->numbers);
    mix_trainer(digest, world->lines);
    mix_trainer(digest, world->trainer_own);
    mix_trainer(digest, world->trainer_norm);
    mix_gradient(digest, world->ready);
    mix_trace(digest, world->trace_fresh);
    mix_trace(digest, world->trace);
    mix_trace(digest, world->trace_own);
    mix_trace(digest, world->trace_huber);
}

static void mix_data(uint64_t *digest, const struct world *world)
{
    mix_dataset(digest, world->empty);
    mix_dataset(digest, world->data);
    mix_dataset(digest, world->labelled);
    mix_dataset(digest, world->indexed);
    mix_dataset(digest, world->inputs);
    mix_dataset(digest, world->labels);
    mix_dataset(digest, world->csv);
    mix_dataset(digest, world->slice);
    mix_dataset(digest, world->borrowed);
    mix_scaler(digest, world->unfitted);
    mix_scaler(digest, world->fitted);
    mix_bundle(digest, world->nothing);
    mix_bundle(digest, world->loaded);
    mix_metrics(digest, world->blank);
    mix_metrics(digest, world->measured);
    mix_metrics(digest, world->metrics);
    mix_figures(digest, world->metrics);
    mix_history(digest, world->history);
    mix_history(digest, world->past);
    mix_recorder(digest, world->recorder_fresh);
    mix_recorder(digest, world->recorder);
    mix_trainer(digest, world->watched);
    mix_snapshot(digest, world->no_state);
    mix_snapshot(digest, world->taken);
    mix_stream(digest, world->dry);
    mix_stream(digest, world->stream);
}

uint64_t world_digest(const struct world *world)
{
    uint64_t digest = 14695981039346656037u;

    mix_layer(&digest, world->dense);
    mix_layer(&digest, world->shape);
    mix_layer(&digest, world->own);
    mix_layer(&digest, world->drop);
    mix_layer(&digest, world->blur);
    mix_layer(&digest, world->norm);
    mix_network(&digest, world->bare);
    mix_network(&digest, world->open);
    mix_network(&digest, world->net);
    mix_network(&digest, world->net64);
    mix_network(&digest, world->unit);
    mix_network(&digest, world->other);
    mix_network(&digest, world->open_own);
    mix_network(&digest, world->net_own);
    mix_network(&digest, world->open_norm);
    mix_network(&digest, world->net_norm);
    mix_cost(&digest, world->cost);
    mix_cost(&digest, world->huber);
    mix_optimizer(&digest, world->sgd);
    mix_schedule(&digest, world->falling);
    mix_learners(&digest, world);
    mix_data(&digest, world);
    mix(&digest, &world->in, sizeof world->in);
    return digest;
}
