/* SPDX-License-Identifier: MIT */
/* Units, gradients and classes over the rows. */
#include "diagnose.h"

#include <math.h>

/* A unit counts as saturated if its slope is below 4 % of the steepest in this part of
 * the rows; a layer is told of from half of its units on. */
#define ROWS_SATURATED  0.95
#define UNITS_SATURATED 0.5
/* Gradients of the first layers against those of the last. */
#define VANISHING 1e-3
#define EXPLODING 1e3

/* ---- units ---- */

/** What is counted over all rows. */
struct counts {
    size_t *saturated; /**< Rows, for each unit of all layers in a row. */
    size_t *zero;
    size_t units;
    double *gradients; /**< Sum of squares, for each layer. */
};

/* Slope below 4 % of the steepest. */
static bool is_saturated(int32_t activation, double a)
{
    switch (activation) {
    case BP_ACTIVATION_SIGMOID: return a < 0.01 || a > 0.99;
    case BP_ACTIVATION_TANH: return fabs(a) > 0.98;
    case BP_ACTIVATION_SOFTSIGN: return fabs(a) > 0.8;
    case BP_ACTIVATION_HARD_SIGMOID: return a <= 0 || a >= 1;
    default: return false;
    }
}

static const double *output_row(const struct bp_examination *look, size_t layer,
                                size_t row)
{
    const struct bp_pass *pass = &look->twin.trainer->model.pass;
    const size_t width = pass->network->nodes[layer].outputs;

    pass->network->engine->store_f64(
        bp_pass_row(pass, pass->slots[layer].output, width, row), 1, look->row, width);
    return look->row;
}

static void count_units(const struct bp_examination *look, struct counts *counts)
{
    const struct bp_pass *pass = &look->twin.trainer->model.pass;
    size_t first = 0;
    size_t layer;

    for (layer = 0; layer < pass->network->count; layer++) {
        const struct bp_node *node = &pass->network->nodes[layer];
        size_t row;
        size_t j;

        for (row = 0; row < pass->rows; row++) {
            const double *a = output_row(look, layer, row);

            for (j = 0; j < node->outputs; j++) {
                counts->saturated[first + j] += is_saturated(node->spec.activation, a[j]);
                counts->zero[first + j] += a[j] == 0;
            }
        }
        first += node->outputs;
    }
}

static void add_gradients(const struct bp_examination *look, struct counts *counts)
{
    const struct bp_model *model = &look->twin.trainer->model;
    size_t layer;

    for (layer = 0; layer < model->network->count; layer++)
        if (bp_examine_is_dense(model->network, layer))
            counts->gradients[layer] +=
                bp_examine_squares(look, model->network, &model->grads,
                                   &model->network->nodes[layer].weight);
}

/* ---- what the counts say ---- */

/* A unit saturates in nearly all rows. In a last layer whose cost takes the slope away it
 * may. */
static void find_saturated(struct bp_examination *look, const struct counts *counts,
                           size_t layer, size_t first)
{
    const struct bp_model *model = &look->twin.trainer->model;
    const size_t units = model->network->nodes[layer].outputs;
    bp_finding finding = {.code = BP_FINDING_SATURATED,
                          .severity = BP_SEVERITY_WARNING,
                          .layer = layer,
                          .threshold = UNITS_SATURATED};
    struct bp_text text;
    size_t j;

    for (j = 0; j < units; j++)
        finding.count +=
            (double)counts->saturated[first + j] >= ROWS_SATURATED * (double)look->rows;
    finding.value = (double)finding.count / (double)units;
    if (finding.value < UNITS_SATURATED ||
        (model->fused && layer + 1 == model->network->count))
        return;
    BP_FINDING_LINE(
        &text, "%llu of %zu units of layer %zu are saturated: their slope is nearly 0",
        (unsigned long long)finding.count, units, layer);
    bp_diagnosis_add(look->diagnosis, &finding, &text);
}

static void find_dead(struct bp_examination *look, const struct counts *counts,
                      size_t layer, size_t first)
{
    const struct bp_node *node = &look->trainer->network->nodes[layer];
    bp_finding finding = {.code = BP_FINDING_DEAD, .layer = layer, .threshold = 0.5};
    struct bp_text text;
    size_t j;

    if (node->spec.activation != BP_ACTIVATION_RELU)
        return;
    for (j = 0; j < node->outputs; j++)
        finding.count += counts->zero[first + j] == look->rows;
    if (finding.count == 0)
        return;
    finding.value = (double)finding.count / (double)node->outputs;
    finding.severity = finding.count == node->outputs       ? BP_SEVERITY_FAULT
                       : finding.value >= finding.threshold ? BP_SEVERITY_WARNING
                                                            : BP_SEVERITY_NOTE;
    BP_FINDING_LINE(
        &text, "%llu of %zu units of layer %zu are dead: they put out 0 for every row",
        (unsigned long long)finding.count, node->outputs, layer);
    bp_diagnosis_add(look->diagnosis, &finding, &text);
}

/* Root mean square of the gradients of a layer's weights, but for a common factor. */
static double gradient_size(const struct bp_network *network, const struct counts *counts,
                            size_t layer)
{
    const struct bp_place *place = &network->nodes[layer].weight;

    return sqrt(counts->gradients[layer] / ((double)place->rows * (double)place->cols));
}

static void tell_ratio(struct bp_examination *look, size_t layer, size_t last,
                       double ratio)
{
    const bool vanishing = ratio < 1;
    const bp_finding finding = {.code = vanishing ? BP_FINDING_VANISHING
                                                  : BP_FINDING_EXPLODING,
                                .severity = BP_SEVERITY_WARNING,
                                .layer = layer,
                                .value = ratio,
                                .threshold = vanishing ? VANISHING : EXPLODING};
    struct bp_text text;

    BP_FINDING_LINE(&text,
                    "gradients %s: those of layer %zu are %s times those of layer %zu",
                    vanishing ? "vanish" : "explode", layer, bp_number(ratio).text, last);
    bp_diagnosis_add(look->diagnosis, &finding, &text);
}

/* The layer that is farthest from the last one that has weights. */
static void find_ratios(struct bp_examination *look, const struct counts *counts)
{
    const struct bp_network *network = look->trainer->network;
    size_t last = network->count;
    size_t layer;
    size_t low = 0;
    size_t high = 0;
    double least = INFINITY;
    double most = 0;

    while (last > 0 && !bp_examine_is_dense(network, last - 1))
        last--;
    if (last == 0 || !(gradient_size(network, counts, --last) > 0))
        return;
    for (layer = 0; layer < last; layer++) {
        const double ratio = !bp_examine_is_dense(network, layer)
                                 ? 1
                                 : gradient_size(network, counts, layer) /
                                       gradient_size(network, counts, last);

        low = ratio < least ? layer : low;
        least = fmin(least, ratio);
        high = ratio > most ? layer : high;
        most = fmax(most, ratio);
    }
    if (least < VANISHING)
        tell_ratio(look, low, last, least);
    if (most > EXPLODING)
        tell_ratio(look, high, last, most);
}

static void conclude(struct bp_examination *look, const struct counts *counts)
{
    const struct bp_network *network = look->trainer->network;
    size_t first = 0;
    size_t layer;

    for (layer = 0; layer < network->count; layer++) {
        find_saturated(look, counts, layer, first);
        find_dead(look, counts, layer, first);
        first += network->nodes[layer].outputs;
    }
    find_ratios(look, counts);
}

/* ---- the passes ---- */

static bool outputs_finite(const struct bp_examination *look, size_t layer)
{
    const struct bp_pass *pass = &look->twin.trainer->model.pass;
    double sum = 0;
    size_t row;
    size_t j;

    for (row = 0; row < pass->rows; row++) {
        const double *a = output_row(look, layer, row);

        for (j = 0; j < pass->network->nodes[layer].outputs; j++)
            sum += a[j] - a[j];
    }
    return sum == 0;
}

/* On the way forward the first layer, then the cost, on the way back the last layer. */
static void first_not_finite(struct bp_examination *look)
{
    const struct bp_model *model = &look->twin.trainer->model;
    const size_t count = model->network->count;
    struct bp_text why;
    double cost;
    size_t layer;

    for (layer = 0; layer < count; layer++)
        if (!outputs_finite(look, layer)) {
            bp_find_not_finite(look, layer, "outputs");
            return;
        }
    if (bp_model_value(model, &cost, &why) != BP_OK) {
        bp_find_not_finite(look, count - 1, "costs");
        return;
    }
    for (layer = count; layer-- > 1;)
        if (!bp_examine_finite(look, model->network, &model->grads, layer))
            break;
    bp_find_not_finite(look, layer, "gradients");
}

static bp_status run_batches(struct bp_examination *look, struct counts *counts)
{
    struct bp_model *model = &look->twin.trainer->model;
    struct bp_batch batch = {.data = look->data, .order = look->pick};
    bp_status status = BP_OK;
    double cost = 0;

    for (; batch.first < look->rows; batch.first += batch.rows) {
        batch.rows = look->rows - batch.first;
        if (batch.rows > model->pass.capacity)
            batch.rows = model->pass.capacity;
        status = bp_model_gradient(model, &batch, &cost, &look->trainer->text);
        if (status != BP_OK)
            return status;
        count_units(look, counts);
        add_gradients(look, counts);
    }
    return BP_OK;
}

static size_t units_of(const struct bp_network *network)
{
    size_t units = 0;
    size_t i;

    for (i = 0; i < network->count; i++)
        units += network->nodes[i].outputs;
    return units;
}

/* All counts in one block. */
static size_t block_size(const struct counts *counts, size_t layers)
{
    return 2 * counts->units * sizeof(size_t) + layers * sizeof(double);
}

static void place_counts(struct counts *counts, size_t layers, void *memory)
{
    counts->gradients = memory;
    counts->saturated = (size_t *)(void *)(counts->gradients + layers);
    counts->zero = counts->saturated + counts->units;
}

bp_status bp_examine_passes(struct bp_examination *look)
{
    const struct bp_network *network = look->trainer->network;
    struct counts counts = {.units = units_of(network)};
    const size_t size = block_size(&counts, network->count);
    void *memory = bp_host_allocate(&network->host, size);
    bp_status status;

    if (memory == NULL)
        return bp_examine_no_memory(look);
    place_counts(&counts, network->count, memory);
    status = run_batches(look, &counts);
    if (status == BP_OK)
        conclude(look, &counts);
    else if (status == BP_EDATA)
        first_not_finite(look);
    bp_host_release(&network->host, memory, size);
    return status == BP_EDATA ? BP_OK : status;
}

/* ---- classes ---- */

/** Rows of each class, and rows taken for it. */
struct tally {
    size_t *labels, *found;
    size_t classes;
};

static void find_missing(struct bp_examination *look, const struct tally *tally)
{
    bp_finding finding = {.code = BP_FINDING_CLASS_NOT_PREDICTED,
                          .severity = BP_SEVERITY_WARNING};
    struct bp_text text;
    size_t c;

    for (c = tally->classes; c-- > 0;) {
        if (tally->labels[c] == 0 || tally->found[c] > 0)
            continue;
        finding.count++;
        finding.index = c;
        finding.value = (double)tally->labels[c];
    }
    if (finding.count == 0)
        return;
    BP_FINDING_LINE(&text,
                    "%llu of %zu classes are never predicted, the first is class %zu "
                    "with %s rows",
                    (unsigned long long)finding.count, tally->classes, finding.index,
                    bp_number(finding.value).text);
    bp_diagnosis_add(look->diagnosis, &finding, &text);
}

/* As in a prediction: without dropout, by running statistics. */
static bp_status count_classes(struct bp_examination *look,
                               struct bp_workspace *workspace, const struct tally *tally)
{
    struct bp_pass *pass = &workspace->pass;
    struct bp_batch batch = {.data = look->data, .order = look->pick};
    size_t row;

    for (; batch.first < look->rows; batch.first += batch.rows) {
        batch.rows = look->rows - batch.first;
        if (batch.rows > pass->capacity)
            batch.rows = pass->capacity;
        bp_batch_load(&batch, pass);
        if (bp_pass_forward(pass) != 0)
            return bp_fail(&look->trainer->text, BP_ESTOPPED,
                           "an operation stopped the diagnosis");
        for (row = 0; row < pass->rows; row++) {
            tally->labels[pass->labels[row]]++;
            tally->found[bp_workspace_class(workspace, row)]++;
        }
    }
    return BP_OK;
}

/* Labels of data whose targets are something else may be more than there are outputs. */
bp_status bp_examine_classes(struct bp_examination *look)
{
    const struct bp_network *network = look->twin.network;
    const size_t width = bp_network_width(network);
    struct tally tally = {.classes = width > 1 ? width : 2};
    const size_t size = 2 * tally.classes * sizeof(size_t);
    struct bp_workspace *workspace = NULL;
    bp_status status;

    if (bp_dataset_classes(look->data) == 0 ||
        bp_dataset_classes(look->data) > tally.classes)
        return BP_OK;
    tally.labels = bp_host_allocate(&network->host, size);
    if (tally.labels == NULL ||
        bp_workspace_create(network, look->rows < 64 ? look->rows : 64, &workspace) !=
            BP_OK) {
        bp_host_release(&network->host, tally.labels, size);
        return bp_examine_no_memory(look);
    }
    tally.found = tally.labels + tally.classes;
    status = count_classes(look, workspace, &tally);
    if (status == BP_OK)
        find_missing(look, &tally);
    bp_workspace_destroy(workspace);
    bp_host_release(&network->host, tally.labels, size);
    return status;
}
