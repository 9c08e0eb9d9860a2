/* SPDX-License-Identifier: MIT */
/* Parameters as they are, and what one update would change. */
#include "diagnose.h"

#include <math.h>

/* |change of the weights| / |weights| of one update. */
#define RATE_HIGH 0.1
#define RATE_LOW  1e-5

/* ---- units that are the same ---- */

static double element(const struct bp_network *network, const struct bp_place *place,
                      size_t row, size_t col)
{
    const size_t size = network->engine->element_size;
    double value;

    network->engine->store_f64(
        bp_at(bp_network_row(network, &network->params, place, row), size,
              col * place->col_stride),
        1, &value, 1);
    return value;
}

/* Whether all rows of a tensor are the same, */
static bool rows_same(const struct bp_network *network, const struct bp_place *place)
{
    size_t row;
    size_t j;

    for (row = 1; row < place->rows; row++)
        for (j = 0; j < place->cols; j++)
            if (element(network, place, row, j) != element(network, place, 0, j))
                return false;
    return true;
}

/* or all columns. */
static bool columns_same(const struct bp_network *network, const struct bp_place *place)
{
    size_t row;
    size_t j;

    for (row = 0; row < place->rows; row++)
        for (j = 1; j < place->cols; j++)
            if (element(network, place, row, j) != element(network, place, row, 0))
                return false;
    return true;
}

/* The next dense layer, or the number of layers. */
static size_t next_dense(const struct bp_network *network, size_t layer)
{
    do
        layer++;
    while (layer < network->count && !bp_examine_is_dense(network, layer));
    return layer;
}

/* Units that nothing tells apart have the same gradient for ever: what comes into them is
 * the same, and what goes out of them. */
static void find_same_units(struct bp_examination *look, size_t layer)
{
    const struct bp_network *network = look->trainer->network;
    const struct bp_node *node = &network->nodes[layer];
    const size_t next = next_dense(network, layer);
    const bp_finding finding = {.code = BP_FINDING_SAME_UNITS,
                                .severity = BP_SEVERITY_FAULT,
                                .layer = layer,
                                .count = node->outputs};
    struct bp_text text;

    if (node->outputs < 2 || next == network->count ||
        network->nodes[next].weight.cols != node->outputs ||
        !rows_same(network, &node->weight) || !columns_same(network, &node->bias) ||
        !columns_same(network, &network->nodes[next].weight))
        return;
    BP_FINDING_LINE(&text, "all %zu units of layer %zu have the same weights, in and out",
                    node->outputs, layer);
    bp_diagnosis_add(look->diagnosis, &finding, &text);
}

bool bp_examine_parameters(struct bp_examination *look)
{
    const struct bp_network *network = look->trainer->network;
    size_t layer;

    for (layer = 0; layer < network->count; layer++)
        if (!bp_examine_finite(look, network, &network->params, layer)) {
            bp_find_not_finite(look, layer, "parameters");
            return false;
        }
    for (layer = 0; layer < network->count; layer++)
        if (bp_examine_is_dense(network, layer))
            find_same_units(look, layer);
    return true;
}

/* ---- one update ---- */

/* Stops the fit of a twin after its next update. */
struct watch {
    const struct bp_trainer *trainer;
    uint64_t updates; /**< Before it. */
};

static int32_t stop(const bp_progress *progress, void *user)
{
    const struct watch *watch = user;

    (void)progress;
    return watch->trainer->optimizer_state.updates != watch->updates;
}

/* |w' - w| / |w| of a layer's weights; -1 where there are none, or they stay. */
static double change_of(const struct bp_examination *look, size_t layer)
{
    const struct bp_network *old = look->trainer->network;
    const struct bp_network *new = look->twin.network;
    const struct bp_place *place = &old->nodes[layer].weight;
    double frozen = 0;
    double whole;
    double sum = 0;
    size_t row;
    size_t j;

    (void)bp_trainer_get_layer(look->trainer, layer, BP_TRAINER_LAYER_FROZEN, &frozen);
    if (!bp_examine_is_dense(old, layer) || frozen != 0)
        return -1;
    whole = bp_examine_squares(look, old, &old->params, place);
    for (row = 0; row < place->rows; row++) {
        const double *after = bp_examine_row(look, new, &new->params, place, row);

        for (j = 0; j < place->cols; j++) {
            const double apart = after[j] - element(old, place, row, j);

            sum += apart * apart;
        }
    }
    return whole > 0 ? sqrt(sum / whole) : -1;
}

static void tell_rate(struct bp_examination *look, size_t layer, double ratio)
{
    const bool high = ratio > RATE_HIGH;
    const bp_finding finding = {.code = high ? BP_FINDING_RATE_HIGH : BP_FINDING_RATE_LOW,
                                .severity = BP_SEVERITY_WARNING,
                                .layer = layer,
                                .value = ratio,
                                .threshold = high ? RATE_HIGH : RATE_LOW};
    double rate = 0;
    struct bp_text text;

    (void)bp_trainer_get_rate(look->trainer, &rate);
    BP_FINDING_LINE(&text,
                    "the rate of %s is too %s: an update changes the weights of layer "
                    "%zu by %s of their size",
                    bp_number(rate).text, high ? "high" : "low", layer,
                    bp_number(ratio).text);
    bp_diagnosis_add(look->diagnosis, &finding, &text);
}

/* The layer that changes most stands for all. */
static void compare(struct bp_examination *look)
{
    double most = -1;
    size_t worst = 0;
    size_t layer;

    for (layer = 0; layer < look->trainer->network->count; layer++) {
        const double ratio = change_of(look, layer);

        worst = ratio > most ? layer : worst;
        most = fmax(most, ratio);
    }
    if (most > RATE_HIGH || (most >= 0 && most < RATE_LOW))
        tell_rate(look, worst, most);
}

/* Optimizers that find the length of their steps themselves have no rate that could be
 * wrong. An update that overflows is told of by the passes. */
bp_status bp_examine_update(struct bp_examination *look)
{
    struct bp_trainer *twin = look->twin.trainer;
    struct watch watch = {twin, twin->optimizer_state.updates};
    const int32_t kind = twin->optimizer.spec.kind;
    bp_status status;

    if (kind == BP_OPTIMIZER_LBFGS || kind == BP_OPTIMIZER_RPROP)
        return BP_OK;
    status = bp_trainer_fit(twin, look->data, 1, stop, &watch);
    if (status == BP_ENOMEM)
        return bp_examine_no_memory(look);
    if (twin->optimizer_state.updates != watch.updates)
        compare(look);
    return BP_OK;
}
