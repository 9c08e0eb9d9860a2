/* SPDX-License-Identifier: MIT */
/* The object: its options, its memory, its columns. */
#include "recorder.h"

#include <math.h>
#include <string.h>

enum { SAMPLES = 256, LEAST_SAMPLES = 2, MOST_SAMPLES = 1000000 };

bp_status bp_recorder_options_init(bp_recorder_options *options)
{
    if (options == NULL)
        return BP_EINVAL;
    *options = (bp_recorder_options){
        .struct_size = sizeof *options, .event = BP_EVENT_EPOCH, .samples = SAMPLES};
    return BP_OK;
}

bp_status bp_recorder_create(bp_trainer *trainer, bp_recorder **recorder)
{
    bp_recorder *made;

    if (trainer == NULL || !trainer->built || recorder == NULL)
        return BP_EINVAL;
    made = bp_host_allocate(&trainer->network->host, sizeof *made);
    if (made == NULL)
        return BP_ENOMEM;
    made->trainer = trainer;
    *recorder = made;
    return BP_OK;
}

static const struct bp_host *host_of(const struct bp_recorder *recorder)
{
    return &recorder->trainer->network->host;
}

static void release(const struct bp_recorder *recorder, struct bp_recording *recording)
{
    bp_workspace_destroy(recording->workspace);
    bp_pass_release(&recording->pass);
    bp_arena_release(&recording->arena, host_of(recorder));
}

void bp_recorder_destroy(bp_recorder *recorder)
{
    if (recorder == NULL)
        return;
    bp_recorder_let_go(recorder);
    release(recorder, &recorder->recording);
    bp_host_release(host_of(recorder), recorder, sizeof *recorder);
}

const char *bp_recorder_error(const bp_recorder *recorder)
{
    return recorder != NULL ? recorder->text.line : "";
}

/* ---- what is asked for ---- */

static bp_status check_connection(struct bp_recorder *recorder, const bp_connection *one,
                                  size_t index)
{
    const struct bp_network *network = recorder->trainer->network;
    const struct bp_place *place = NULL;
    const bool weight = one->kind == BP_CONNECTION_WEIGHT;

    if (one->struct_size != sizeof *one)
        return bp_fail(&recorder->text, BP_EINVAL,
                       "options: connections[%zu].struct_size is %u, expected its sizeof",
                       index, (unsigned)one->struct_size);
    if (weight || one->kind == BP_CONNECTION_BIAS)
        place = bp_network_place(network, one->layer,
                                 weight ? BP_PARAMETER_WEIGHT : BP_PARAMETER_BIAS);
    if (place == NULL || network->nodes[one->layer].spec.kind != BP_LAYER_KIND_DENSE ||
        one->to >= network->nodes[one->layer].outputs ||
        (weight && one->from >= network->nodes[one->layer].inputs))
        return bp_fail(&recorder->text, BP_EINVAL,
                       "options: connections[%zu] is not there, expected a weight or "
                       "bias of a dense layer",
                       index);
    return BP_OK;
}

static bp_status check_probe(struct bp_recorder *recorder,
                             const bp_recorder_options *options)
{
    const size_t inputs = recorder->trainer->network->inputs;

    if (options->regions != 0 && (options->probe == NULL || inputs != 2))
        return bp_fail(&recorder->text, BP_EINVAL,
                       "options: regions is %d, expected 0 but for a network of 2 inputs "
                       "with a probe",
                       (int)options->regions);
    if (options->probe == NULL)
        return BP_OK;
    if (bp_dataset_rows(options->probe) == 0)
        return bp_fail(&recorder->text, BP_ESHAPE,
                       "options: probe has 0 rows, expected at least 1");
    if (bp_dataset_inputs(options->probe) != inputs)
        return bp_fail(&recorder->text, BP_ESHAPE,
                       "options: probe has %zu inputs, expected %zu",
                       bp_dataset_inputs(options->probe), inputs);
    return BP_OK;
}

static bp_status check_metrics(struct bp_recorder *recorder,
                               const bp_recorder_options *options)
{
    size_t i;

    if (options->metric_codes_count == 0)
        return BP_OK;
    if (options->metrics == NULL || options->metric_codes == NULL)
        return bp_fail(&recorder->text, BP_EINVAL,
                       "options: %s is NULL, expected them for %zu metric_codes",
                       options->metrics == NULL ? "metrics" : "metric_codes",
                       options->metric_codes_count);
    for (i = 0; i < options->metric_codes_count; i++)
        if (bp_metric_name(options->metric_codes[i]) == NULL)
            return bp_fail(
                &recorder->text, BP_EINVAL,
                "options: metric_codes[%zu] is %d, expected a BP_METRIC_ value", i,
                (int)options->metric_codes[i]);
    return BP_OK;
}

static bp_status check_connections(struct bp_recorder *recorder,
                                   const bp_recorder_options *options)
{
    bp_status status = BP_OK;
    size_t i;

    if (options->connections_count > 0 && options->connections == NULL)
        return bp_fail(&recorder->text, BP_EINVAL,
                       "options: connections is NULL, expected %zu of them",
                       options->connections_count);
    for (i = 0; i < options->connections_count && status == BP_OK; i++)
        status = check_connection(recorder, &options->connections[i], i);
    return status;
}

static bp_status check_options(struct bp_recorder *recorder,
                               const bp_recorder_options *options)
{
    bp_status status;

    if (options->struct_size != sizeof *options)
        return bp_fail(&recorder->text, BP_EINVAL,
                       "options.struct_size is %u, expected its sizeof",
                       (unsigned)options->struct_size);
    if (options->event != BP_EVENT_STEP && options->event != BP_EVENT_EPOCH)
        return bp_fail(&recorder->text, BP_EINVAL,
                       "options: event is %d, expected a BP_EVENT_ value",
                       (int)options->event);
    if (options->samples < LEAST_SAMPLES || options->samples > MOST_SAMPLES)
        return bp_fail(&recorder->text, BP_EINVAL,
                       "options: samples is %zu, expected 2 to 1000000",
                       options->samples);
    status = check_probe(recorder, options);
    if (status == BP_OK)
        status = check_metrics(recorder, options);
    return status == BP_OK ? check_connections(recorder, options) : status;
}

/* ---- columns ---- */

bool bp_recording_has_params(const struct bp_recorder *recorder, size_t layer)
{
    const struct bp_node *node = &recorder->trainer->network->nodes[layer];

    return node->weight.rows > 0 || node->bias.rows > 0;
}

size_t bp_recording_layer(const struct bp_recorder *recorder, size_t layer)
{
    size_t at = BP_RECORDER_FIXED + recorder->recording.options.metric_codes_count;
    size_t i;

    if (!bp_recording_has_params(recorder, layer))
        return SIZE_MAX;
    for (i = 0; i < layer; i++)
        at += bp_recording_has_params(recorder, i) ? 3u : 0u;
    return at;
}

static size_t count_columns(const struct bp_recorder *recorder,
                            const struct bp_recording *recording)
{
    size_t count = BP_RECORDER_FIXED + recording->options.metric_codes_count +
                   2 * recording->options.connections_count;
    size_t i;

    for (i = 0; i < recording->layers; i++)
        count += (bp_recording_has_params(recorder, i) ? 3u : 0u) +
                 (recording->rows > 0 ? 3u : 0u);
    return count;
}

static void append(char *name, const char *text)
{
    const size_t used = strlen(name);
    size_t i;

    for (i = 0; text[i] != '\0' && used + i + 1 < BP_RECORDER_NAME; i++)
        name[used + i] = text[i];
    name[used + i] = '\0';
}

static void append_number(char *name, const char *text, size_t number)
{
    append(name, text);
    append(name, bp_number_digits((double)number, 17).text);
}

/* What follows "layer_0_". */
static char (*name_layer(char (*name)[BP_RECORDER_NAME], size_t layer,
                         const char *const figures[3]))[BP_RECORDER_NAME]
{
    size_t i;

    for (i = 0; i < 3; i++) {
        append_number(name[i], "layer_", layer);
        append(name[i], figures[i]);
    }
    return name + 3;
}

static void name_connection(char *name, const bp_connection *one, const char *figure)
{
    append_number(name, one->kind == BP_CONNECTION_BIAS ? "b_" : "w_", one->layer);
    append_number(name, "_", one->to);
    if (one->kind == BP_CONNECTION_WEIGHT)
        append_number(name, "_", one->from);
    append(name, figure);
}

static void name_columns(const struct bp_recorder *recorder,
                         const struct bp_recording *recording)
{
    static const char *const fixed[BP_RECORDER_FIXED] = {
        "step",      "epoch", "seconds",         "cost",
        "step_cost", "rate",  "validation_cost", "monitored"};
    static const char *const norms[3] = {"_weight_norm", "_gradient_norm",
                                         "_update_ratio"};
    static const char *const units[3] = {"_a_mean", "_a_deviation", "_a_zero"};
    const bp_recorder_options *options = &recording->options;
    char(*name)[BP_RECORDER_NAME] = recording->names;
    size_t i;

    for (i = 0; i < BP_RECORDER_FIXED; i++)
        append(*name++, fixed[i]);
    for (i = 0; i < options->metric_codes_count; i++)
        append(*name++, bp_metric_name(options->metric_codes[i]));
    for (i = 0; i < recording->layers; i++)
        if (bp_recording_has_params(recorder, i))
            name = name_layer(name, i, norms);
    for (i = 0; i < recording->layers && recording->rows > 0; i++)
        name = name_layer(name, i, units);
    for (i = 0; i < options->connections_count; i++) {
        name_connection(*name++, &options->connections[i], "");
        name_connection(*name++, &options->connections[i], "_gradient");
    }
}

/* ---- memory ---- */

/** A plan of bytes; without memory it only counts. */
struct room {
    struct bp_plan plan;
    unsigned char *base;
};

static void *take(struct room *room, size_t count, size_t width, size_t size)
{
    size_t bytes = 0;
    size_t at;

    if (!bp_mul(count, width, &bytes) || !bp_mul(bytes, size, &bytes))
        room->plan.overflow = true;
    at = bp_plan_matrix(&room->plan, 1, bytes);
    return room->base != NULL ? room->base + at : NULL;
}

static void place(const struct bp_recorder *recorder, struct bp_recording *r,
                  struct room *room)
{
    const struct bp_network *network = recorder->trainer->network;
    const size_t samples = r->options.samples;
    const size_t probed = r->rows > 0 ? samples : 0;

    r->values = take(room, samples, r->columns, sizeof *r->values);
    r->ranges = take(room, probed, 2 * r->layers, sizeof *r->ranges);
    r->bins = take(room, probed, BP_RECORDER_BINS * r->layers, sizeof *r->bins);
    r->cells = take(room, r->options.regions != 0 ? samples : 0, BP_REGION_CELLS, 1);
    r->names = take(room, r->columns, 1, sizeof *r->names);
    r->metrics = take(room, r->options.metric_codes_count, 1, sizeof *r->metrics);
    r->probe = take(room, r->rows, network->inputs, sizeof *r->probe);
    r->labels = take(room, r->rows, 1, sizeof *r->labels);
    r->before = take(room, network->params.size, 1, 1);
}

static void *copied(struct room *room, const void *from, size_t count, size_t size)
{
    void *to = take(room, count, 1, size);

    if (to != NULL && count > 0)
        memcpy(to, from, count * size);
    return to;
}

static void copy_probe(struct bp_recording *recording, size_t inputs)
{
    const bp_dataset *probe = recording->options.probe;
    size_t i;

    for (i = 0; i < recording->rows; i++) {
        memcpy(recording->probe + i * inputs, bp_dataset_input_row(probe, i),
               inputs * sizeof *recording->probe);
        recording->labels[i] = bp_dataset_label_at(probe, i);
    }
    if (recording->options.regions != 0)
        recording->region = bp_region_around(probe);
    recording->options.probe = NULL;
}

static bp_status reserve_readers(const struct bp_recorder *recorder,
                                 struct bp_recording *recording)
{
    const struct bp_network *network = recorder->trainer->network;
    bp_status status = BP_OK;

    if (recording->rows > 0)
        status = bp_pass_create(&recording->pass, network, recording->rows, true);
    recording->pass.mode = BP_MODE_PREDICT;
    if (status == BP_OK && recording->options.regions != 0)
        status = bp_workspace_create(network, BP_REGION_SIDE, &recording->workspace);
    return status;
}

static bp_status reserve(const struct bp_recorder *recorder,
                         struct bp_recording *recording)
{
    bp_recorder_options *options = &recording->options;
    struct room room = {.plan = {.element_size = 1}};
    size_t i;
    bp_status status;

    (void)take(&room, options->connections_count, 1, sizeof *options->connections);
    (void)take(&room, options->metric_codes_count, 1, sizeof *options->metric_codes);
    place(recorder, recording, &room);
    status = bp_arena_reserve(&recording->arena, host_of(recorder), &room.plan);
    if (status != BP_OK)
        return status;
    room = (struct room){.plan = {.element_size = 1}, .base = recording->arena.base};
    options->connections = copied(&room, options->connections, options->connections_count,
                                  sizeof *options->connections);
    options->metric_codes =
        copied(&room, options->metric_codes, options->metric_codes_count,
               sizeof *options->metric_codes);
    place(recorder, recording, &room);
    for (i = 0; i < options->metric_codes_count; i++)
        recording->metrics[i] = NAN;
    copy_probe(recording, recorder->trainer->network->inputs);
    name_columns(recorder, recording);
    return reserve_readers(recorder, recording);
}

static bp_status begin(struct bp_recorder *recorder, const bp_recorder_options *options)
{
    struct bp_recording recording = {
        .options = *options,
        .layers = recorder->trainer->network->count,
        .apart = 1,
    };
    bp_status status;

    if (options->probe != NULL) {
        recording.rows = bp_dataset_rows(options->probe);
        if (recording.rows > BP_RECORDER_PROBE)
            recording.rows = BP_RECORDER_PROBE;
    }
    recording.columns = count_columns(recorder, &recording);
    status = reserve(recorder, &recording);
    if (status != BP_OK) {
        release(recorder, &recording);
        return bp_fail(&recorder->text, status, "no memory for %zu samples",
                       options->samples);
    }
    bp_recorder_let_go(recorder);
    release(recorder, &recorder->recording);
    recorder->recording = recording;
    recorder->started = true;
    bp_recorder_prepare(recorder, NULL);
    return BP_OK;
}

bp_status bp_recorder_start(bp_recorder *recorder, const bp_recorder_options *options)
{
    bp_recorder_options defaults;
    bp_status status;

    if (recorder == NULL)
        return BP_EINVAL;
    (void)bp_recorder_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    if (recorder->busy)
        return bp_fail(&recorder->text, BP_EBUSY, "the recorder is at work");
    status = check_options(recorder, options);
    return status == BP_OK ? begin(recorder, options) : status;
}

/* ---- the table ---- */

size_t bp_recorder_samples(const bp_recorder *recorder)
{
    return recorder != NULL ? recorder->recording.count : 0;
}

size_t bp_recorder_columns(const bp_recorder *recorder)
{
    return recorder != NULL ? recorder->recording.columns : 0;
}

const char *bp_recorder_column_name(const bp_recorder *recorder, size_t column)
{
    if (column >= bp_recorder_columns(recorder))
        return NULL;
    return recorder->recording.names[column];
}

bp_status bp_recorder_get_value(const bp_recorder *recorder, size_t sample, size_t column,
                                double *value)
{
    if (sample >= bp_recorder_samples(recorder) ||
        column >= bp_recorder_columns(recorder) || value == NULL)
        return BP_EINVAL;
    *value = bp_recording_row(&recorder->recording, sample)[column];
    return BP_OK;
}
