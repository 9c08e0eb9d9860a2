/* SPDX-License-Identifier: MIT */
#include "export_int8.h"

#include <math.h>
#include <string.h>

enum { MOST = 127, SUM_LIMIT = INT32_MAX / (MOST * MOST), A_LINE = 12 };

static bp_status no_memory(const struct bp_int8 *int8)
{
    return bp_fail(int8->text, BP_ENOMEM, "out of memory to export the network");
}

/* ---- what is behind a dense layer, as a network of its own ---- */

/* What a node is to the network behind: a dense layer is its activation. */
static bool is_behind(const struct bp_node *node, struct bp_layer *layer)
{
    layer->spec = node->spec;
    if (node->spec.kind == BP_LAYER_KIND_DENSE)
        layer->spec.kind = BP_LAYER_KIND_ACTIVATION;
    if (bp_layer_trains_only(node->spec.kind))
        return false;
    return layer->spec.kind != BP_LAYER_KIND_ACTIVATION ||
           node->spec.activation != BP_ACTIVATION_LINEAR;
}

static bool ends_stage(const struct bp_network *network, size_t first, size_t i)
{
    return i >= network->count ||
           (i > first && network->nodes[i].spec.kind == BP_LAYER_KIND_DENSE);
}

static bp_status add_rest(const struct bp_int8 *int8, struct bp_int8_stage *stage,
                          size_t first, bool begins)
{
    const struct bp_env env = bp_host_env(int8->host);
    const struct bp_network *network = int8->network;
    bp_status status = bp_network_create(stage->outputs, &env, &stage->rest);

    for (size_t i = first; status == BP_OK; i++) {
        struct bp_layer layer = {.spec = {.kind = 0}};

        if ((begins && i < network->count &&
             network->nodes[i].spec.kind == BP_LAYER_KIND_DENSE) ||
            ends_stage(network, first, i))
            break;
        if (is_behind(&network->nodes[i], &layer))
            status = bp_network_add(stage->rest, &layer);
    }
    if (status == BP_OK && bp_network_layers(stage->rest) > 0)
        return bp_network_build_zero(stage->rest);
    bp_network_destroy(stage->rest);
    stage->rest = NULL;
    return status;
}

/* Numbers of norms; the layers behind are in the order of the network's. */
static void copy_numbers(const struct bp_int8 *int8, const struct bp_int8_stage *stage,
                         size_t first)
{
    size_t to = 0;

    for (size_t i = first; to < bp_network_layers(stage->rest); i++) {
        struct bp_layer layer = {.spec = {.kind = 0}};

        if (!is_behind(&int8->network->nodes[i], &layer))
            continue;
        for (int32_t which = 0; which <= BP_PARAMETER_RUNNING_VARIANCE; which++) {
            const size_t width = int8->network->nodes[i].outputs;

            if (bp_layer_normalises(layer.spec.kind) &&
                bp_network_get_parameter(int8->network, i, which, int8->rows, width) ==
                    BP_OK)
                (void)bp_network_set_parameter(stage->rest, to, which, int8->rows, width);
        }
        to++;
    }
}

static bp_status make_rest(const struct bp_int8 *int8, struct bp_int8_stage *stage,
                           size_t first, bool begins)
{
    bp_status status = add_rest(int8, stage, first, begins);

    if (status == BP_OK && stage->rest != NULL) {
        copy_numbers(int8, stage, first);
        status = bp_workspace_create(stage->rest, 1, &stage->workspace);
    }
    return status == BP_OK ? status : no_memory(int8);
}

/* ---- stages ---- */

static bp_status make_dense(const struct bp_int8 *int8, struct bp_int8_stage *stage,
                            size_t layer)
{
    const struct bp_node *node = &int8->network->nodes[layer];

    stage->layer = layer;
    stage->inputs = node->inputs;
    stage->outputs = node->outputs;
    if (node->inputs > SUM_LIMIT)
        return bp_fail(
            int8->text, BP_ELIMIT,
            "layer %zu has %zu inputs, expected at most %d for sums in 32 bits", layer,
            node->inputs, (int)SUM_LIMIT);
    stage->weights = bp_host_allocate(int8->host, node->inputs * node->outputs);
    stage->scales = bp_host_allocate(int8->host, 2 * node->outputs * sizeof(float));
    if (stage->weights == NULL || stage->scales == NULL)
        return no_memory(int8);
    return make_rest(int8, stage, layer, false);
}

static bp_status make_stages(struct bp_int8 *int8)
{
    bp_status status;
    size_t stage = 1;

    int8->stages[0].outputs = int8->network->inputs;
    status = make_rest(int8, &int8->stages[0], 0, true);
    for (size_t i = 0; status == BP_OK && i < int8->network->count; i++)
        if (int8->network->nodes[i].spec.kind == BP_LAYER_KIND_DENSE)
            status = make_dense(int8, &int8->stages[stage++], i);
    return status;
}

static bp_status reserve(struct bp_int8 *int8)
{
    const struct bp_network *network = int8->network;

    int8->count = 1;
    int8->width = network->inputs;
    for (size_t i = 0; i < network->count; i++) {
        int8->count += network->nodes[i].spec.kind == BP_LAYER_KIND_DENSE;
        if (network->nodes[i].outputs > int8->width)
            int8->width = network->nodes[i].outputs;
    }
    int8->stages = bp_host_allocate(int8->host, int8->count * sizeof *int8->stages);
    int8->rows = bp_host_allocate(int8->host, 3 * int8->width * sizeof *int8->rows);
    int8->whole = bp_host_allocate(int8->host, int8->width);
    if (int8->stages != NULL)
        memset(int8->stages, 0, int8->count * sizeof *int8->stages);
    return int8->stages != NULL && int8->rows != NULL && int8->whole != NULL
               ? make_stages(int8)
               : no_memory(int8);
}

static void end_stage(const struct bp_int8 *int8, struct bp_int8_stage *stage)
{
    bp_host_release(int8->host, stage->weights, stage->inputs * stage->outputs);
    bp_host_release(int8->host, stage->scales, 2 * stage->outputs * sizeof(float));
    bp_workspace_destroy(stage->workspace);
    bp_network_destroy(stage->rest);
}

void bp_int8_end(struct bp_int8 *int8)
{
    for (size_t i = 0; int8->stages != NULL && i < int8->count; i++)
        end_stage(int8, &int8->stages[i]);
    bp_host_release(int8->host, int8->stages, int8->count * sizeof *int8->stages);
    bp_host_release(int8->host, int8->rows, 3 * int8->width * sizeof *int8->rows);
    bp_host_release(int8->host, int8->whole, int8->width);
}

/* ---- rows ---- */

static int8_t whole_of(float x, float inverse)
{
    const float y = x * inverse;

    return (int8_t)floorf((y > 127.0f ? 127.0f : y < -127.0f ? -127.0f : y) + 0.5f);
}

static float inverse_of(float scale)
{
    return scale > 0 ? 1.0f / scale : 0.0f;
}

/* Row `to` of the weights of a stage. */
static void weights_of(const struct bp_int8 *int8, const struct bp_int8_stage *stage,
                       size_t to, float *weights)
{
    const struct bp_network *network = int8->network;
    const struct bp_place *place = &network->nodes[stage->layer].weight;

    network->engine->store_f32(bp_network_row(network, &network->params, place, to),
                               place->col_stride, weights, stage->inputs);
}

static void dense_whole(const struct bp_int8 *int8, const struct bp_int8_stage *stage,
                        const float *x, float *z)
{
    const float *biases = stage->scales + stage->outputs;
    const int8_t *w = stage->weights;

    for (size_t i = 0; i < stage->inputs; i++)
        int8->whole[i] = whole_of(x[i], inverse_of(stage->scale));
    for (size_t j = 0; j < stage->outputs; j++, w += stage->inputs) {
        int32_t sum = 0;

        for (size_t i = 0; i < stage->inputs; i++)
            sum += (int32_t)w[i] * (int32_t)int8->whole[i];
        z[j] = fmaf((float)sum, stage->scales[j], biases[j]);
    }
}

/* In float, for the calibration. */
static void dense_float(const struct bp_int8 *int8, struct bp_int8_stage *stage,
                        const float *x, float *z)
{
    float *weights = int8->rows + 2 * int8->width;

    for (size_t i = 0; i < stage->inputs; i++)
        stage->largest = fmaxf(stage->largest, fabsf(x[i]));
    for (size_t j = 0; j < stage->outputs; j++) {
        z[j] = stage->scales[stage->outputs + j];
        weights_of(int8, stage, j, weights);
        for (size_t i = 0; i < stage->inputs; i++)
            z[j] = fmaf(x[i], weights[i], z[j]);
    }
}

typedef void (*dense_fn)(const struct bp_int8 *int8, struct bp_int8_stage *stage,
                         const float *x, float *z);

static void dense_int8(const struct bp_int8 *int8, struct bp_int8_stage *stage,
                       const float *x, float *z)
{
    dense_whole(int8, stage, x, z);
}

static void swap_rows(float **a, float **b)
{
    float *const kept = *a;

    *a = *b;
    *b = kept;
}

static bp_status run(const struct bp_int8 *int8, dense_fn dense, const float *inputs,
                     float *outputs)
{
    float *a = int8->rows, *b = int8->rows + int8->width;
    bp_status status = BP_OK;

    memcpy(a, inputs, int8->network->inputs * sizeof *a);
    for (size_t k = 0; status == BP_OK && k < int8->count; k++) {
        struct bp_int8_stage *stage = &int8->stages[k];

        if (k > 0) {
            dense(int8, stage, a, b);
            swap_rows(&a, &b);
        }
        if (stage->rest == NULL)
            continue;
        status = bp_network_predict(stage->rest, stage->workspace, a, stage->outputs, b,
                                    stage->outputs);
        swap_rows(&a, &b);
    }
    memcpy(outputs, a, bp_network_width(int8->network) * sizeof *a);
    return status;
}

bp_status bp_int8_run(struct bp_int8 *int8, const float *inputs, float *outputs)
{
    return run(int8, dense_int8, inputs, outputs);
}

/* ---- calibration ---- */

/* Each takes a row of the data, scaled as the network is given it. */
typedef bp_status (*row_fn)(void *context, size_t row, const float *inputs);

static bp_status each_row(const struct bp_int8 *int8, const bp_scaler *scaler,
                          const bp_dataset *data, row_fn visit, void *context)
{
    const size_t inputs = int8->network->inputs;
    float *row = bp_host_allocate(int8->host, inputs * sizeof *row);
    bp_status status = row != NULL ? BP_OK : no_memory(int8);

    for (size_t i = 0; status == BP_OK && i < bp_dataset_rows(data); i++) {
        status = bp_dataset_get_inputs(data, i, row, inputs);
        if (status == BP_OK && scaler != NULL)
            status = bp_scaler_transform(scaler, row, inputs);
        if (status == BP_OK)
            status = visit(context, i, row);
        if (status != BP_OK && status != BP_ENOMEM)
            status = bp_fail(int8->text, status, "row %zu of data has no outputs: %s", i,
                             bp_status_text(status));
    }
    bp_host_release(int8->host, row, inputs * sizeof *row);
    return status;
}

static bp_status calibrate_row(void *context, size_t row, const float *inputs)
{
    const struct bp_int8 *int8 = context;

    (void)row;
    return run(int8, dense_float, inputs, int8->rows);
}

static void take_biases(const struct bp_int8 *int8, struct bp_int8_stage *stage)
{
    float *biases = stage->scales + stage->outputs;

    if (bp_network_get_parameter(int8->network, stage->layer, BP_PARAMETER_BIAS, biases,
                                 stage->outputs) != BP_OK)
        memset(biases, 0, stage->outputs * sizeof *biases);
}

static void quantise(const struct bp_int8 *int8, struct bp_int8_stage *stage)
{
    float *weights = int8->rows;

    stage->scale = stage->largest / MOST;
    for (size_t j = 0; j < stage->outputs; j++) {
        float largest = 0;

        weights_of(int8, stage, j, weights);
        for (size_t i = 0; i < stage->inputs; i++)
            largest = fmaxf(largest, fabsf(weights[i]));
        for (size_t i = 0; i < stage->inputs; i++)
            stage->weights[j * stage->inputs + i] =
                whole_of(weights[i], inverse_of(largest / MOST));
        stage->scales[j] = stage->scale * (largest / MOST);
    }
}

bp_status bp_int8_begin(struct bp_int8 *int8, const struct bp_network *network,
                        const bp_scaler *scaler, const bp_dataset *data,
                        struct bp_text *text)
{
    bp_status status;

    *int8 = (struct bp_int8){.network = network, .host = &network->host, .text = text};
    status = reserve(int8);
    for (size_t k = 1; status == BP_OK && k < int8->count; k++)
        take_biases(int8, &int8->stages[k]);
    if (status == BP_OK)
        status = each_row(int8, scaler, data, calibrate_row, int8);
    for (size_t k = 1; status == BP_OK && k < int8->count; k++)
        quantise(int8, &int8->stages[k]);
    return status;
}

/* ---- what it costs ---- */

struct comparing {
    struct bp_int8 *int8;
    const bp_dataset *data;
    bp_int8_report *report;
    bp_workspace *workspace;
    float *outputs; /* In float, then in 8 bits. */
    uint64_t right_float, right_int8;
};

static size_t likeliest(const float *outputs, size_t count)
{
    size_t best = 0;

    for (size_t i = 1; i < count; i++)
        if (outputs[i] > outputs[best])
            best = i;
    return best;
}

static bp_status compare_row(void *context, size_t row, const float *inputs)
{
    struct comparing *c = context;
    bp_int8_report *report = c->report;
    const size_t count = bp_network_width(c->int8->network);
    float *ours = c->outputs + count;
    int32_t label = -1;
    bp_status status = bp_network_predict(c->int8->network, c->workspace, inputs,
                                          c->int8->network->inputs, c->outputs, count);

    if (status == BP_OK)
        status = bp_int8_run(c->int8, inputs, ours);
    for (size_t i = 0; status == BP_OK && i < count; i++) {
        const double error = fabs((double)ours[i] - (double)c->outputs[i]);

        report->mean_error += error / ((double)count * (double)report->rows);
        report->largest_error = fmax(report->largest_error, error);
    }
    if (report->has_accuracy)
        (void)bp_dataset_get_label(c->data, row, &label);
    c->right_float += (size_t)label == likeliest(c->outputs, count);
    c->right_int8 += (size_t)label == likeliest(ours, count);
    report->same_class += likeliest(c->outputs, count) == likeliest(ours, count);
    return status;
}

static void count_bytes(const struct bp_int8 *int8, bp_int8_report *report)
{
    report->bytes_float = 4 * (uint64_t)bp_network_parameters(int8->network);
    report->bytes = report->bytes_float;
    for (size_t k = 1; k < int8->count; k++) {
        const struct bp_int8_stage *stage = &int8->stages[k];

        report->bytes -= 3 * (uint64_t)stage->inputs * stage->outputs;
        report->bytes += 4 * (uint64_t)stage->outputs;
    }
}

bp_status bp_int8_report_on(struct bp_int8 *int8, const bp_scaler *scaler,
                            const bp_dataset *data, bp_int8_report *report)
{
    const size_t size = 2 * bp_network_width(int8->network) * sizeof(float);
    struct comparing c = {.int8 = int8, .data = data, .report = report};
    bp_status status = bp_workspace_create(int8->network, 1, &c.workspace);

    *report = (bp_int8_report){.struct_size = sizeof *report,
                               .rows = bp_dataset_rows(data),
                               .has_accuracy = bp_dataset_classes(data) > 0 &&
                                               bp_network_width(int8->network) > 1};
    c.outputs = bp_host_allocate(int8->host, size);
    if (status != BP_OK || c.outputs == NULL)
        status = no_memory(int8);
    if (status == BP_OK)
        status = each_row(int8, scaler, data, compare_row, &c);
    if (report->has_accuracy) {
        report->accuracy_float = (double)c.right_float / (double)report->rows;
        report->accuracy = (double)c.right_int8 / (double)report->rows;
    }
    count_bytes(int8, report);
    bp_host_release(int8->host, c.outputs, size);
    bp_workspace_destroy(c.workspace);
    return status;
}

/* ---- source ---- */

static const struct bp_int8_stage *stage_of(const struct bp_int8 *int8, size_t layer)
{
    size_t k = 1;

    while (int8->stages[k].layer != layer)
        k++;
    return &int8->stages[k];
}

static void put_whole(struct bp_c_writer *w, int8_t number)
{
    bp_c_put_with(w, number < 0 ? "-$" : "$", "",
                  (size_t)(number < 0 ? -number : number));
}

void bp_int8_put_arrays(struct bp_c_writer *w, const struct bp_int8 *int8, size_t layer)
{
    const struct bp_int8_stage *stage = stage_of(int8, layer);
    const size_t count = stage->inputs * stage->outputs;

    bp_c_put_with(w, "\nstatic const int8_t weights_$[] = {", "", layer);
    for (size_t i = 0; i < count; i++) {
        bp_c_put(w, i == 0 ? "\n    " : i % A_LINE == 0 ? ",\n    " : ", ");
        put_whole(w, stage->weights[i]);
    }
    bp_c_put_with(w, "};\n\nstatic const float scales_$[] = {", "", layer);
    for (size_t j = 0; j < 2 * stage->outputs; j++) {
        bp_c_put(w, j == 0 ? "\n    " : j % 6 == 0 ? ",\n    " : ", ");
        bp_c_put_constant(w, (double)stage->scales[j], "f");
    }
    bp_c_put(w, "};\n");
}

void bp_int8_put_call(struct bp_c_writer *w, const struct bp_int8 *int8, size_t layer,
                      const char *rows)
{
    const struct bp_int8_stage *stage = stage_of(int8, layer);

    bp_c_put_with(w, "    round_row(", "", 0);
    bp_c_put(w, rows[0] == 'a' ? "a, q, " : "b, q, ");
    bp_c_put_with(w, "$, ", "", stage->inputs);
    bp_c_put_constant(w, (double)inverse_of(stage->scale), "f");
    bp_c_put_with(w, ");\n    dense_int8(weights_$, scales_$, q, ", "", layer);
    bp_c_put(w, rows[0] == 'a' ? "b, " : "a, ");
    bp_c_put_with(w, "$, ", "", stage->inputs);
    bp_c_put_with(w, "$);\n", "", stage->outputs);
}
