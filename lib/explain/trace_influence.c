/* SPDX-License-Identifier: MIT */
/*
 * Connections and inputs by their part in T, the cost or one output. With g = dT/dw of a
 * row and p its share of the weights, summed over the rows:
 *
 *     part = sum p w g     size = sum p |w g|     gradient = sum p g
 *
 * and likewise for inputs x, which are others in each row. For an output the way back is
 * gone once more, from 1 at its unit; it works in a block of a nudge, and one row at a
 * time, so that rows must not be joined.
 */
#include "explain/trace.h"

#include <math.h>
#include <string.h>

bp_status bp_influence_options_init(bp_influence_options *options)
{
    if (options == NULL)
        return BP_EINVAL;
    *options = (bp_influence_options){.struct_size = sizeof *options,
                                      .kind = BP_INFLUENCE_WEIGHTS,
                                      .row = SIZE_MAX,
                                      .output = SIZE_MAX,
                                      .layer = SIZE_MAX};
    return BP_OK;
}

void bp_trace_drop_ranking(struct bp_trace *trace)
{
    bp_host_release(&trace->network->host, trace->ranking.list,
                    trace->ranking.capacity * sizeof *trace->ranking.list);
    trace->ranking = (struct bp_trace_ranking){.list = NULL};
}

/** A ranking at work. The sums have one element a candidate: the inputs, or the weights
 *  of the layers that are ranked, w[to][from] one layer after the other. Those of units
 *  have one an input, then one a unit of each layer. */
struct ranking {
    struct bp_trace *trace;
    const bp_influence_options *options;
    bp_network *now; /**< Changes: the network as it is, in double. */
    size_t candidates, units;
    void *memory;
    size_t memory_size;
    double *gradients, *parts, *sizes;
    double *activities, *errors; /**< Of units. */
};

/* ---- what is ranked ---- */

static bool ranks_inputs(const struct ranking *ranking)
{
    return ranking->options->kind == BP_INFLUENCE_INPUTS;
}

static bool ranks_layer(const struct ranking *ranking, size_t layer)
{
    const struct bp_network *network = ranking->trace->record.network;

    return network->nodes[layer].spec.kind == BP_LAYER_KIND_DENSE &&
           (ranking->options->layer == SIZE_MAX || ranking->options->layer == layer);
}

/* Products of widths of layers that are in memory do not overflow. */
static void count_candidates(struct ranking *ranking)
{
    const struct bp_network *network = ranking->trace->record.network;
    size_t i;

    ranking->units = network->inputs;
    ranking->candidates = ranks_inputs(ranking) ? network->inputs : 0;
    for (i = 0; i < network->count; i++) {
        ranking->units += ranking->trace->record.slots[i].z_count;
        if (!ranks_inputs(ranking) && ranks_layer(ranking, i))
            ranking->candidates += network->nodes[i].inputs * network->nodes[i].outputs;
    }
}

static bp_status reserve(struct ranking *ranking)
{
    const struct bp_host *host = &ranking->trace->network->host;
    size_t count;
    double *next;

    count_candidates(ranking);
    if (!bp_mul(ranking->candidates, 3, &count) ||
        !bp_add(count, 2 * ranking->units, &count) ||
        !bp_mul(count, sizeof(double), &ranking->memory_size))
        return BP_ELIMIT;
    ranking->memory = bp_host_allocate(host, ranking->memory_size);
    if (ranking->memory == NULL)
        return BP_ENOMEM;
    next = ranking->memory;
    ranking->gradients = next;
    ranking->parts = next + ranking->candidates;
    ranking->sizes = next + 2 * ranking->candidates;
    ranking->activities = next + 3 * ranking->candidates;
    ranking->errors = ranking->activities + ranking->units;
    return BP_OK;
}

/* ---- one row ---- */

/* The numbers of a row with dT in place of dC. @return NULL if a callback stopped. */
static const double *numbers_of(const struct ranking *ranking, size_t i)
{
    struct bp_record *record = &ranking->trace->record;
    const size_t last = record->network->count - 1;
    double *row = bp_record_row(record, i);
    double *other = bp_record_real(record, i);
    int32_t answer;

    if (ranking->options->output == SIZE_MAX)
        return row;
    memcpy(other, row, record->block * sizeof *row);
    memset(other + record->slots[last].a_grad, 0,
           record->slots[last].a_count * sizeof *row);
    other[record->slots[last].a_grad + ranking->options->output] = 1;
    ranking->trace->busy = true;
    answer = bp_record_backward(record, &(struct bp_record_rows){other, 1});
    ranking->trace->busy = false;
    return answer == 0 ? other : NULL;
}

static void add(struct ranking *ranking, size_t candidate, double value, double gradient,
                double share)
{
    ranking->gradients[candidate] += share * gradient;
    ranking->parts[candidate] += share * value * gradient;
    ranking->sizes[candidate] += share * fabs(value * gradient);
}

static void add_units(struct ranking *ranking, const double *row, double share)
{
    const struct bp_record *record = &ranking->trace->record;
    size_t at = record->network->inputs;
    size_t i;
    size_t j;

    for (j = 0; j < at; j++) {
        ranking->activities[j] += share * row[record->input + j];
        ranking->errors[j] += share * row[record->input_grad + j];
    }
    for (i = 0; i < record->network->count; i++) {
        const struct bp_trace_slot *slot = &record->slots[i];

        for (j = 0; j < slot->z_count; j++, at++) {
            /* A layer of the caller's own may have fewer a than z. */
            if (j < slot->a_count)
                ranking->activities[at] += share * row[slot->a + j];
            ranking->errors[at] += share * row[slot->z_grad + j];
        }
    }
}

static size_t add_weights(struct ranking *ranking, size_t layer, const double *row,
                          double share, size_t at)
{
    const struct bp_record *record = &ranking->trace->record;
    const struct bp_node *node = &record->network->nodes[layer];
    const double *a = row + bp_record_input(record, layer);
    const double *error = row + record->slots[layer].z_grad;
    size_t to;
    size_t from;

    for (to = 0; to < node->outputs; to++)
        for (from = 0; from < node->inputs; from++, at++)
            add(ranking, at, *bp_record_param(record, &node->weight, to, from),
                a[from] * error[to], share);
    return at;
}

static void add_row(struct ranking *ranking, const double *row, double share)
{
    const struct bp_record *record = &ranking->trace->record;
    size_t at = 0;
    size_t i;

    add_units(ranking, row, share);
    if (ranks_inputs(ranking)) {
        for (i = 0; i < record->network->inputs; i++)
            add(ranking, i, row[record->input + i], row[record->input_grad + i], share);
        return;
    }
    for (i = 0; i < record->network->count; i++)
        if (ranks_layer(ranking, i))
            at = add_weights(ranking, i, row, share, at);
}

static bp_status add_rows(struct ranking *ranking)
{
    const struct bp_record *record = &ranking->trace->record;
    const size_t chosen = ranking->options->row;
    const size_t first = chosen == SIZE_MAX ? 0 : chosen;
    const size_t end = chosen == SIZE_MAX ? record->rows : chosen + 1;
    const double total = bp_record_total(record);
    size_t i;

    for (i = first; i < end; i++) {
        const double *row = numbers_of(ranking, i);
        const double share = bp_record_share(record, i);

        if (row == NULL)
            return bp_trace_fail_stopped(ranking->trace);
        if (chosen != SIZE_MAX)
            add_row(ranking, row, 1);
        else if (share > 0 && total > 0)
            add_row(ranking, row, share / total);
    }
    return BP_OK;
}

/* ---- what is kept ---- */

/* The connection that a candidate of the layer stands for, without its numbers. */
static bp_influence connection_of(const struct ranking *ranking, size_t layer, size_t at)
{
    const size_t inputs = ranking->trace->record.network->nodes[layer].inputs;

    return (bp_influence){.struct_size = sizeof(bp_influence),
                          .kind = BP_CONNECTION_WEIGHT,
                          .layer = layer,
                          .to = at / inputs,
                          .from = at % inputs};
}

/* The unit's place in the sums of units. */
static size_t unit_of(const struct ranking *ranking, size_t layer, size_t unit)
{
    const struct bp_record *record = &ranking->trace->record;
    size_t at = record->network->inputs + unit;
    size_t i;

    for (i = 0; i < layer; i++)
        at += record->slots[i].z_count;
    return at;
}

static double weight_in(const struct bp_network *network, const bp_influence *one)
{
    const struct bp_place *place = &network->nodes[one->layer].weight;

    return ((const double *)
                network->params.base)[place->offset + one->to * place->row_stride +
                                      one->from * place->col_stride];
}

static void fill_weight(const struct ranking *ranking, bp_influence *one)
{
    one->value = weight_in(ranking->trace->record.network, one);
    one->activity =
        ranking
            ->activities[one->layer == 0 ? one->from
                                         : unit_of(ranking, one->layer - 1, one->from)];
    one->error = ranking->errors[unit_of(ranking, one->layer, one->to)];
}

/* Put one where its size belongs; of equal ones the first stays first. */
static void insert(struct bp_trace_ranking *kept, const bp_influence *one)
{
    size_t at = kept->count;

    if (!(one->size > 0) ||
        (at == kept->capacity && !(one->size > kept->list[at - 1].size)))
        return;
    if (at < kept->capacity)
        kept->count++;
    else
        at--;
    for (; at > 0 && one->size > kept->list[at - 1].size; at--)
        kept->list[at] = kept->list[at - 1];
    kept->list[at] = *one;
}

static void take_numbers(const struct ranking *ranking, size_t candidate,
                         bp_influence *one)
{
    one->part = ranking->parts[candidate];
    one->size = ranking->sizes[candidate];
    one->gradient = ranking->gradients[candidate];
    if (ranking->now == NULL)
        return;
    one->part =
        weight_in(ranking->now, one) - weight_in(ranking->trace->record.network, one);
    one->size = fabs(one->part);
}

static void rank_weights(const struct ranking *ranking, struct bp_trace_ranking *kept)
{
    const struct bp_network *network = ranking->trace->record.network;
    size_t candidate = 0;
    size_t layer;
    size_t i;

    for (layer = 0; layer < network->count; layer++) {
        const struct bp_node *node = &network->nodes[layer];

        for (i = 0; ranks_layer(ranking, layer) && i < node->inputs * node->outputs;
             i++) {
            bp_influence one = connection_of(ranking, layer, i);

            take_numbers(ranking, candidate++, &one);
            insert(kept, &one);
        }
    }
    for (i = 0; i < kept->count; i++)
        fill_weight(ranking, &kept->list[i]);
}

static void rank_inputs(const struct ranking *ranking, struct bp_trace_ranking *kept)
{
    size_t i;

    for (i = 0; i < ranking->candidates; i++) {
        bp_influence one = {.struct_size = sizeof one,
                            .kind = BP_CONNECTION_INPUT,
                            .from = i,
                            .value = ranking->activities[i],
                            .activity = ranking->activities[i],
                            .error = ranking->errors[i]};

        take_numbers(ranking, i, &one);
        insert(kept, &one);
    }
}

static bool all_finite(const struct ranking *ranking)
{
    double most = 0;
    size_t i;

    for (i = 0; i < 3 * ranking->candidates + 2 * ranking->units; i++)
        most += 0 * ((const double *)ranking->memory)[i];
    return most == 0;
}

/* The new list takes the place of the old one. */
static bp_status keep(const struct ranking *ranking, size_t count)
{
    struct bp_trace *trace = ranking->trace;
    struct bp_trace_ranking kept = {.options = *ranking->options};
    size_t size;

    if (!all_finite(ranking))
        return bp_fail(&trace->text, BP_EDATA, "a sum over the rows is not finite");
    kept.capacity = count < ranking->candidates ? count : ranking->candidates;
    if (!bp_mul(kept.capacity, sizeof *kept.list, &size))
        return BP_ELIMIT;
    kept.list = bp_host_allocate(&trace->network->host, size);
    if (kept.list == NULL)
        return BP_ENOMEM;
    if (ranks_inputs(ranking))
        rank_inputs(ranking, &kept);
    else
        rank_weights(ranking, &kept);
    bp_trace_drop_ranking(trace);
    trace->ranking = kept;
    return BP_OK;
}

/* ---- the calls ---- */

static bp_status fail_range(struct bp_trace *trace, const char *field, size_t value,
                            size_t limit)
{
    return bp_fail(&trace->text, BP_EINVAL, "options: %s is %zu, expected below %zu",
                   field, value, limit);
}

static bp_status check_layer(struct bp_trace *trace, size_t layer)
{
    const struct bp_network *network = trace->record.network;

    if (layer >= network->count)
        return fail_range(trace, "layer", layer, network->count);
    if (network->nodes[layer].spec.kind != BP_LAYER_KIND_DENSE)
        return bp_fail(&trace->text, BP_EUNSUPPORTED,
                       "options: layer %zu is not dense, so it has no connections",
                       layer);
    return BP_OK;
}

static bp_status check_options(struct bp_trace *trace,
                               const bp_influence_options *options)
{
    const struct bp_record *record = &trace->record;
    const size_t outputs = bp_network_width(record->network);

    if (options->kind < BP_INFLUENCE_WEIGHTS || options->kind > BP_INFLUENCE_CHANGES)
        return bp_fail(&trace->text, BP_EINVAL,
                       "options: kind is %d, expected a BP_INFLUENCE_ value",
                       (int)options->kind);
    if (options->row != SIZE_MAX && options->row >= record->rows)
        return fail_range(trace, "row", options->row, record->rows);
    if (options->output != SIZE_MAX && options->output >= outputs)
        return fail_range(trace, "output", options->output, outputs);
    if (options->output != SIZE_MAX && record->joined)
        return bp_fail(&trace->text, BP_EUNSUPPORTED,
                       "options: output is %zu, but rows are joined by a batch norm, "
                       "expected the cost",
                       options->output);
    if (options->kind != BP_INFLUENCE_INPUTS && options->layer != SIZE_MAX)
        return check_layer(trace, options->layer);
    return BP_OK;
}

static bp_status check(struct bp_trace *trace, const bp_influence_options *options,
                       size_t count, const size_t *found)
{
    bp_status status = bp_trace_check_record(trace, "options", options, sizeof *options);

    if (status == BP_OK && count == 0)
        status = bp_fail(&trace->text, BP_EINVAL, "count is 0, expected at least 1");
    if (status == BP_OK && found == NULL)
        status = bp_fail_null(&trace->text, "found");
    if (status == BP_OK)
        status = bp_trace_check(trace);
    return status == BP_OK ? check_options(trace, options) : status;
}

static bp_status rank(struct ranking *ranking, size_t count)
{
    struct bp_trace *trace = ranking->trace;
    bp_status status = reserve(ranking);

    if (status == BP_OK && ranking->options->kind == BP_INFLUENCE_CHANGES)
        status = bp_network_convert(trace->network, BP_PRECISION_F64, &ranking->now);
    if (status == BP_OK)
        status = add_rows(ranking);
    if (status == BP_OK)
        status = keep(ranking, count);
    if (status == BP_ENOMEM || status == BP_ELIMIT)
        status = bp_fail(&trace->text, status, "no memory for a ranking of %zu",
                         ranking->candidates);
    bp_network_destroy(ranking->now);
    bp_host_release(&trace->network->host, ranking->memory, ranking->memory_size);
    return status;
}

bp_status bp_trace_find_influences(bp_trace *trace, const bp_influence_options *options,
                                   size_t count, size_t *found)
{
    bp_influence_options defaults;
    struct ranking ranking = {.trace = trace, .options = options};
    bp_status status;

    if (trace == NULL)
        return BP_EINVAL;
    (void)bp_influence_options_init(&defaults);
    if (options == NULL)
        ranking.options = &defaults;
    status = check(trace, ranking.options, count, found);
    if (status != BP_OK)
        return status;
    trace->nudged = false;
    status = rank(&ranking, count);
    if (status == BP_OK)
        *found = trace->ranking.count;
    return status;
}

bp_status bp_trace_get_influence(const bp_trace *trace, size_t index,
                                 bp_influence *influence)
{
    if (trace == NULL || influence == NULL ||
        influence->struct_size != sizeof *influence || index >= trace->ranking.count)
        return BP_EINVAL;
    *influence = trace->ranking.list[index];
    return BP_OK;
}
