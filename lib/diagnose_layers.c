/* SPDX-License-Identifier: MIT */
/* Parameters, units, gradients, and what one step would change. */
#include "diagnose.h"

#include <math.h>

/* A unit counts as saturated if its slope is below 4 % of the steepest in this part of
 * the rows; a layer is told of from half of its units on. */
#define ROWS_SATURATED  0.95
#define UNITS_SATURATED 0.5
/* Gradients of the first layers against those of the last. */
#define VANISHING 1e-3
#define EXPLODING 1e3
/* |change of the weights| / |weights| of one step. */
#define RATE_HIGH 0.1
#define RATE_LOW  1e-5

/* ---- parameters ---- */

/* Row @p row of the weights of @p arena, in double. */
static const double *weight_row(const struct bp_examination *look,
                                const struct bp_network *network,
                                const struct bp_arena *arena, size_t layer, size_t row)
{
    const struct bp_place *place = &network->nodes[layer].weight;

    network->engine->store_f64(bp_network_row(network, arena, place, row),
                               place->col_stride, look->row, place->cols);
    return look->row;
}

/* Sum of the squares of a layer's weights in @p arena. */
static double squares(const struct bp_examination *look, const struct bp_network *network,
                      const struct bp_arena *arena, size_t layer)
{
    const struct bp_place *place = &network->nodes[layer].weight;
    double sum = 0;
    size_t row;
    size_t j;

    for (row = 0; row < place->rows; row++) {
        const double *values = weight_row(look, network, arena, layer, row);

        for (j = 0; j < place->cols; j++)
            sum += values[j] * values[j];
    }
    return sum;
}

static void find_not_finite(struct bp_examination *look, size_t layer, const char *what)
{
    const bp_finding finding = {
        .code = BP_FINDING_NOT_FINITE, .severity = BP_SEVERITY_FAULT, .layer = layer};
    struct bp_text text;

    (void)bp_fail(&text, BP_OK, "layer %zu is the first whose %s are not finite", layer,
                  what);
    bp_examination_add(look, &finding, &text);
}

static bool bias_finite(const struct bp_examination *look,
                        const struct bp_network *network, size_t layer)
{
    const struct bp_place *place = &network->nodes[layer].bias;
    double sum = 0;
    size_t j;

    if (place->rows == 0)
        return true;
    for (j = 0; j < place->cols; j += look->width) {
        const size_t count =
            place->cols - j < look->width ? place->cols - j : look->width;
        size_t k;

        network->engine->store_f64(bp_at(network->params.base,
                                         network->engine->element_size,
                                         place->offset + j * place->col_stride),
                                   place->col_stride, look->row, count);
        for (k = 0; k < count; k++)
            sum += look->row[k] - look->row[k];
    }
    return sum == 0;
}

/* Whether all weights and biases of the units are the same as those of the first. */
static bool units_same(const struct bp_examination *look,
                       const struct bp_network *network, size_t layer)
{
    const struct bp_place *place = &network->nodes[layer].weight;
    size_t row;
    size_t j;

    for (row = 1; row < place->rows; row++) {
        const unsigned char *first = bp_network_row(network, &network->params, place, 0);
        const unsigned char *other =
            bp_network_row(network, &network->params, place, row);

        for (j = 0; j < place->cols; j++) {
            double pair[2];
            const size_t at = j * place->col_stride * network->engine->element_size;

            network->engine->store_f64(first + at, 1, &pair[0], 1);
            network->engine->store_f64(other + at, 1, &pair[1], 1);
            if (pair[0] != pair[1])
                return false;
        }
    }
    (void)look;
    return place->rows > 1;
}

static void find_same_units(struct bp_examination *look, size_t layer)
{
    const struct bp_node *node = &look->trainer->network->nodes[layer];
    const bp_finding finding = {.code = BP_FINDING_SAME_UNITS,
                                .severity = BP_SEVERITY_FAULT,
                                .layer = layer,
                                .count = node->outputs};
    struct bp_text text;

    (void)bp_fail(&text, BP_OK, "all %zu units of layer %zu have the same weights",
                  node->outputs, layer);
    bp_examination_add(look, &finding, &text);
}

bool bp_examine_parameters(struct bp_examination *look)
{
    const struct bp_network *network = look->trainer->network;
    size_t layer;

    for (layer = 0; layer < network->count; layer++) {
        const double sum = squares(look, network, &network->params, layer);

        if (sum - sum != 0 || !bias_finite(look, network, layer)) {
            find_not_finite(look, layer, "parameters");
            return false;
        }
        if (network->nodes[layer].spec.kind == BP_LAYER_KIND_DENSE &&
            layer + 1 < network->count && units_same(look, network, layer))
            find_same_units(look, layer);
    }
    return true;
}

/* ---- units ---- */

/** What is counted over all rows. */
struct counts {
    size_t *saturated; /**< Rows, for each unit of all layers in a row. */
    size_t *zero;
    size_t units;
    size_t *labels; /**< Rows of a class, */
    size_t *found;  /**< and rows taken for it. */
    size_t classes;
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

static void count_classes(const struct bp_examination *look, struct counts *counts)
{
    const struct bp_pass *pass = &look->twin.trainer->model.pass;
    const size_t last = pass->network->count - 1;
    size_t row;

    if (counts->classes == 0)
        return;
    for (row = 0; row < pass->rows; row++) {
        const int32_t class =
            bp_metrics_class(output_row(look, last, row), bp_network_width(pass->network),
                             bp_network_range(pass->network));

        if ((size_t) class < counts->classes)
            counts->found[class]++;
        counts->labels[pass->labels[row]]++;
    }
}

static void add_gradients(const struct bp_examination *look, struct counts *counts)
{
    const struct bp_model *model = &look->twin.trainer->model;
    size_t layer;

    for (layer = 0; layer < model->network->count; layer++)
        counts->gradients[layer] += squares(look, model->network, &model->grads, layer);
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
    (void)bp_fail(&text, BP_OK,
                  "%llu of %zu units of layer %zu are saturated: their slope is nearly 0",
                  (unsigned long long)finding.count, units, layer);
    bp_examination_add(look, &finding, &text);
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
    (void)bp_fail(&text, BP_OK,
                  "%llu of %zu units of layer %zu are dead: they put out 0 for every row",
                  (unsigned long long)finding.count, node->outputs, layer);
    bp_examination_add(look, &finding, &text);
}

static void find_missing_classes(struct bp_examination *look, const struct counts *counts)
{
    bp_finding finding = {.code = BP_FINDING_CLASS_NOT_PREDICTED,
                          .severity = BP_SEVERITY_WARNING};
    struct bp_text text;
    size_t c;

    for (c = counts->classes; c-- > 0;) {
        if (counts->labels[c] == 0 || counts->found[c] > 0)
            continue;
        finding.count++;
        finding.index = c;
        finding.value = (double)counts->labels[c];
    }
    if (finding.count == 0)
        return;
    (void)bp_fail(&text, BP_OK,
                  "%llu of %zu classes are never predicted, the first is class %zu with "
                  "%s rows",
                  (unsigned long long)finding.count, counts->classes, finding.index,
                  bp_number(finding.value).text);
    bp_examination_add(look, &finding, &text);
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

    (void)bp_fail(&text, BP_OK,
                  "gradients %s: those of layer %zu are %s times those of layer %zu",
                  vanishing ? "vanish" : "explode", layer, bp_number(ratio).text, last);
    bp_examination_add(look, &finding, &text);
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

    while (last > 0 && network->nodes[last - 1].weight.rows == 0)
        last--;
    if (last == 0 || !(gradient_size(network, counts, --last) > 0))
        return;
    for (layer = 0; layer < last; layer++) {
        const double ratio = network->nodes[layer].weight.rows == 0
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
    find_missing_classes(look, counts);
}

/* ---- the passes ---- */

static void first_not_finite(struct bp_examination *look)
{
    const struct bp_pass *pass = &look->twin.trainer->model.pass;
    size_t layer;
    size_t row;
    size_t j;

    for (layer = 0; layer < pass->network->count; layer++)
        for (row = 0; row < pass->rows; row++) {
            const double *a = output_row(look, layer, row);
            double sum = 0;

            for (j = 0; j < pass->network->nodes[layer].outputs; j++)
                sum += a[j] - a[j];
            if (sum != 0) {
                find_not_finite(look, layer, "outputs");
                return;
            }
        }
    find_not_finite(look, pass->network->count - 1, "cost or gradients");
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
        count_classes(look, counts);
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
    return 2 * (counts->units + counts->classes) * sizeof(size_t) +
           layers * sizeof(double);
}

static void place_counts(struct counts *counts, size_t layers, void *memory)
{
    counts->gradients = memory;
    counts->saturated = (size_t *)(void *)(counts->gradients + layers);
    counts->zero = counts->saturated + counts->units;
    counts->labels = counts->zero + counts->units;
    counts->found = counts->labels + counts->classes;
}

bp_status bp_examine_passes(struct bp_examination *look)
{
    const struct bp_network *network = look->trainer->network;
    struct counts counts = {.units = units_of(network),
                            .classes = bp_dataset_classes(look->data)};
    const size_t size = block_size(&counts, network->count);
    void *memory = bp_host_allocate(&network->host, size);
    bp_status status;

    if (memory == NULL)
        return bp_fail(&look->trainer->text, BP_ENOMEM, "no memory for the diagnosis");
    place_counts(&counts, network->count, memory);
    status = run_batches(look, &counts);
    if (status == BP_OK)
        conclude(look, &counts);
    else if (status == BP_EDATA)
        first_not_finite(look);
    bp_host_release(&network->host, memory, size);
    return status == BP_EDATA ? BP_OK : status;
}

/* ---- one step ---- */

static int32_t stop(const bp_progress *progress, void *user)
{
    (void)progress;
    (void)user;
    return 1;
}

/* |w' - w| / |w| of a layer's weights; -1 where there are none. */
static double change_of(const struct bp_examination *look, size_t layer)
{
    const struct bp_network *old = look->trainer->network;
    const struct bp_network *new = look->twin.network;
    const struct bp_place *place = &old->nodes[layer].weight;
    const double whole = squares(look, old, &old->params, layer);
    double sum = 0;
    size_t row;
    size_t j;

    for (row = 0; row < place->rows; row++) {
        const double *after = weight_row(look, new, &new->params, layer, row);

        for (j = 0; j < place->cols; j++) {
            double before;

            old->engine->store_f64(
                bp_at(old->params.base, old->engine->element_size,
                      place->offset + row * place->row_stride + j * place->col_stride),
                1, &before, 1);
            sum += (after[j] - before) * (after[j] - before);
        }
    }
    return whole > 0 ? sqrt(sum / whole) : -1;
}

static void tell_rate(struct bp_examination *look, size_t layer, double ratio, bool high)
{
    const bp_finding finding = {.code = high ? BP_FINDING_RATE_HIGH : BP_FINDING_RATE_LOW,
                                .severity = BP_SEVERITY_WARNING,
                                .layer = layer,
                                .value = ratio,
                                .threshold = high ? RATE_HIGH : RATE_LOW};
    struct bp_text text;

    (void)bp_fail(&text, BP_OK,
                  "the rate is too %s: a step changes the weights of layer %zu by %s of "
                  "their size",
                  high ? "high" : "low", layer, bp_number(ratio).text);
    bp_examination_add(look, &finding, &text);
}

/* The layer that changes most stands for all. */
bp_status bp_examine_step(struct bp_examination *look)
{
    const bp_status status =
        bp_trainer_fit(look->twin.trainer, look->data, 1, stop, NULL);
    double most = -1;
    size_t worst = 0;
    size_t layer;

    if (status == BP_ENOMEM)
        return bp_fail(&look->trainer->text, status, "no memory for the diagnosis");
    if (status != BP_ESTOPPED)
        return BP_OK;
    for (layer = 0; layer < look->trainer->network->count; layer++) {
        const double ratio = change_of(look, layer);

        worst = ratio > most ? layer : worst;
        most = fmax(most, ratio);
    }
    if (most > RATE_HIGH)
        tell_rate(look, worst, most, true);
    else if (most >= 0 && most < RATE_LOW)
        tell_rate(look, worst, most, false);
    return BP_OK;
}
