/* SPDX-License-Identifier: MIT */
/* Columns of inputs, and targets that the last layer cannot reach. */
#include "diagnose.h"

#include <math.h>

/* A mean or a deviation beyond this wants a scaler; so do columns of which a part is so
 * many times as narrow as the widest. Fewer are left: an image has pixels that are hardly
 * ever lit. */
#define FAR_OUT     10.0
#define FAR_APART   100.0
#define NARROW_PART 0.125

/** What is known of a column. */
struct column {
    double mean, spread; /**< Spread: sum of squared distances from the mean. */
};

/* Welford, 1962. */
static void add_row(const struct bp_examination *look, struct column *columns, size_t i)
{
    const float *row = bp_dataset_input_row(look->data, look->pick[i]);
    size_t j;

    for (j = 0; j < look->trainer->network->inputs; j++) {
        const double apart = (double)row[j] - columns[j].mean;

        columns[j].mean += apart / (double)(i + 1);
        columns[j].spread += apart * ((double)row[j] - columns[j].mean);
    }
}

static double deviation(const struct bp_examination *look, const struct column *column)
{
    return sqrt(column->spread / (double)look->rows);
}

static void find_constant(struct bp_examination *look, const struct column *columns)
{
    bp_finding finding = {.code = BP_FINDING_CONSTANT_INPUT,
                          .severity = BP_SEVERITY_NOTE};
    struct bp_text text;
    size_t j;

    for (j = look->trainer->network->inputs; j-- > 0;) {
        if (columns[j].spread > 0)
            continue;
        finding.count++;
        finding.index = j;
        finding.value = columns[j].mean;
    }
    if (finding.count == 0 || look->rows < 2)
        return;
    BP_FINDING_LINE(&text,
                    "%llu of %zu input columns are constant over %zu rows, the first is "
                    "column %zu (%s)",
                    (unsigned long long)finding.count, look->trainer->network->inputs,
                    look->rows, finding.index, bp_number(finding.value).text);
    bp_diagnosis_add(look->diagnosis, &finding, &text);
}

/* How many columns that are not constant there are with a deviation below @p width. */
static size_t count_narrow(const struct bp_examination *look,
                           const struct column *columns, double width)
{
    size_t count = 0;
    size_t j;

    for (j = 0; j < look->trainer->network->inputs; j++)
        count += columns[j].spread > 0 && deviation(look, &columns[j]) < width;
    return count;
}

/* The column that lies or spreads farthest out, how many are far out, and the least
 * deviation of those that are not constant. */
static bp_finding find_widest(const struct bp_examination *look,
                              const struct column *columns, double *least)
{
    bp_finding finding = {.code = BP_FINDING_UNSCALED_INPUT,
                          .severity = BP_SEVERITY_WARNING,
                          .threshold = FAR_OUT};
    size_t j;

    *least = INFINITY;
    for (j = 0; j < look->trainer->network->inputs; j++) {
        const double width = deviation(look, &columns[j]);
        const double out = fmax(fabs(columns[j].mean), width);

        finding.count += out > FAR_OUT;
        if (width > 0)
            *least = fmin(*least, width);
        if (out > finding.value) {
            finding.value = out;
            finding.index = j;
        }
    }
    return finding;
}

static void find_unscaled(struct bp_examination *look, const struct column *columns)
{
    double least;
    const bp_finding finding = find_widest(look, columns, &least);
    const double width = deviation(look, &columns[finding.index]);
    const size_t narrow = count_narrow(look, columns, width / FAR_APART);
    const size_t all = count_narrow(look, columns, INFINITY);
    struct bp_text text;

    if (finding.count == 0 && (narrow == 0 || (double)narrow < NARROW_PART * (double)all))
        return;
    BP_FINDING_LINE(&text,
                    "inputs are not scaled: column %zu has mean %s and deviation %s, the "
                    "narrowest column has deviation %s",
                    finding.index, bp_number(columns[finding.index].mean).text,
                    bp_number(width).text, bp_number(least < INFINITY ? least : 0).text);
    bp_diagnosis_add(look->diagnosis, &finding, &text);
}

/* ---- targets ---- */

struct range {
    double low, high;
};

/* What the last activation can put out; infinite where there is no bound. The minima of
 * gelu and silu are rounded outwards. */
static struct range range_of(const struct bp_layer_spec *spec)
{
    switch (spec->activation) {
    case BP_ACTIVATION_SIGMOID:
    case BP_ACTIVATION_HARD_SIGMOID:
    case BP_ACTIVATION_SOFTMAX: return (struct range){0, 1};
    case BP_ACTIVATION_TANH:
    case BP_ACTIVATION_SOFTSIGN: return (struct range){-1, 1};
    case BP_ACTIVATION_RELU:
    case BP_ACTIVATION_SOFTPLUS: return (struct range){0, INFINITY};
    case BP_ACTIVATION_ELU:
        return (struct range){-fabs(bp_layer_setting(spec, BP_LAYER_SLOPE)), INFINITY};
    case BP_ACTIVATION_SELU: return (struct range){-1.7581, INFINITY};
    case BP_ACTIVATION_GELU:
    case BP_ACTIVATION_GELU_TANH: return (struct range){-0.17005, INFINITY};
    case BP_ACTIVATION_SILU: return (struct range){-0.27847, INFINITY};
    case BP_ACTIVATION_LOG_SOFTMAX: return (struct range){-INFINITY, 0};
    default: return (struct range){-INFINITY, INFINITY};
    }
}

/* Costs that are least where outputs are the targets, of a hinge there or beyond. The
 * others take logits or logarithms. */
static bool wants_targets(const struct bp_cost_spec *cost)
{
    return cost->kind == BP_COST_QUADRATIC || cost->kind == BP_COST_MSE ||
           cost->kind == BP_COST_MAE || cost->kind == BP_COST_HUBER ||
           cost->kind == BP_COST_SMOOTH_L1 || cost->kind == BP_COST_HINGE;
}

/* The layer whose range is that of the outputs: dropout and noise are not there in a
 * prediction. */
static size_t last_layer(const struct bp_network *network)
{
    size_t layer = network->count - 1;

    while (layer > 0 && bp_layer_trains_only(network->nodes[layer].spec.kind))
        layer--;
    return layer;
}

static void note_target(double y, size_t col, const struct range *range,
                        bp_finding *finding)
{
    const double out = fmax(range->low - y, y - range->high);

    if (!(out > 0))
        return;
    finding->count++;
    if (out > fabs(finding->value - finding->threshold)) {
        finding->value = y;
        finding->threshold = y < range->low ? range->low : range->high;
        finding->index = col;
    }
}

static void find_targets_outside(struct bp_examination *look)
{
    const struct bp_network *network = look->trainer->network;
    const size_t layer = last_layer(network);
    const struct range range = range_of(&network->nodes[layer].spec);
    bp_finding finding = {
        .code = BP_FINDING_TARGET_RANGE, .severity = BP_SEVERITY_FAULT, .layer = layer};
    struct bp_text text;
    size_t i;
    size_t j;

    for (i = 0; i < look->rows; i++)
        for (j = 0; j < bp_network_width(network); j++)
            note_target((double)bp_dataset_target_row(look->data, look->pick[i])[j], j,
                        &range, &finding);
    if (finding.count == 0)
        return;
    BP_FINDING_LINE(
        &text,
        "%llu targets are out of reach: layer %zu puts out %s to %s, column %zu has %s",
        (unsigned long long)finding.count, layer, bp_number(range.low).text,
        bp_number(range.high).text, finding.index, bp_number(finding.value).text);
    bp_diagnosis_add(look->diagnosis, &finding, &text);
}

bp_status bp_examine_data(struct bp_examination *look)
{
    const struct bp_host *host = &look->trainer->network->host;
    const size_t size = look->trainer->network->inputs * sizeof(struct column);
    struct column *columns = bp_host_allocate(host, size);
    size_t i;

    if (columns == NULL)
        return bp_examine_no_memory(look);
    for (i = 0; i < look->rows; i++)
        add_row(look, columns, i);
    find_constant(look, columns);
    find_unscaled(look, columns);
    bp_host_release(host, columns, size);
    if (bp_dataset_outputs(look->data) > 0 && wants_targets(&look->trainer->cost))
        find_targets_outside(look);
    return BP_OK;
}
