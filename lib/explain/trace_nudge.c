/* SPDX-License-Identifier: MIT */
/*
 * One number moved, and what follows. By the slopes, link by link:
 *
 *     dz_to = dz/dw change      da_i = sum over j of da_i/dz_j dz_j
 *     dz_k = sum over i of w_ki da_i
 *
 * and in truth by a second forward pass. The two blocks after the rows hold them.
 */
#include "explain/trace.h"

#include <string.h>

/** A nudge at work. */
struct nudge {
    struct bp_trace *trace;
    const bp_connection *connection;
    double change;
    double *real;      /**< A row, as it is after the change. */
    double *predicted; /**< Changes by the slopes, in the places of z and a. */
};

/* ---- by the slopes ---- */

static void move_z(const struct nudge *nudge, size_t layer)
{
    const struct bp_record *record = &nudge->trace->record;
    const struct bp_trace_slot *slot = &record->slots[layer];
    const size_t inputs = record->network->nodes[layer].inputs;
    const double *moved = nudge->predicted + bp_record_input(record, layer);
    double *z = nudge->predicted + slot->z;
    size_t i;
    size_t k;

    memset(z, 0, slot->z_count * sizeof *z);
    for (i = 0; i < inputs; i++)
        for (k = 0; k < slot->z_count && moved[i] != 0; k++)
            z[k] += bp_record_weight(record, layer, k, i) * moved[i];
}

static void move_a(const struct nudge *nudge, size_t layer)
{
    const struct bp_record *record = &nudge->trace->record;
    const struct bp_trace_slot *slot = &record->slots[layer];
    const size_t row = nudge->connection->row;
    const double *z = nudge->predicted + slot->z;
    double *a = nudge->predicted + slot->a;
    size_t i;
    size_t j;

    for (i = 0; i < slot->a_count; i++) {
        a[i] = 0;
        if (!slot->coupled)
            a[i] = bp_record_slope(record, row, layer, i, i) * z[i];
        for (j = 0; j < slot->z_count && slot->coupled; j++)
            a[i] += bp_record_slope(record, row, layer, i, j) * z[j];
    }
}

static bp_status predict(const struct nudge *nudge)
{
    const struct bp_record *record = &nudge->trace->record;
    const bp_connection *connection = nudge->connection;
    const bool input = connection->kind == BP_CONNECTION_INPUT;
    bp_status status = BP_OK;
    size_t layer;

    memset(nudge->predicted + record->input, 0, record->network->inputs * sizeof(double));
    if (input)
        nudge->predicted[record->input + connection->from] = nudge->change;
    for (layer = 0; layer < record->network->count && status == BP_OK; layer++) {
        move_z(nudge, layer);
        if (!input && layer == connection->layer)
            nudge->predicted[record->slots[layer].z + connection->to] +=
                nudge->change * bp_trace_first_link(nudge->trace, connection);
        status = bp_trace_prepare(nudge->trace, connection->row, layer);
        if (status == BP_OK)
            move_a(nudge, layer);
    }
    return status;
}

/* ---- in truth ---- */

static bp_status forward(const struct nudge *nudge)
{
    struct bp_trace *trace = nudge->trace;
    int32_t answer;

    trace->busy = true;
    answer = bp_record_forward(&trace->record, nudge->real);
    if (answer == 0)
        answer = bp_record_cost(&trace->record, nudge->real);
    trace->busy = false;
    return answer == 0 ? BP_OK : bp_trace_fail_stopped(trace);
}

/* The number is put back whatever happens. */
static bp_status measure(const struct nudge *nudge)
{
    const struct bp_record *record = &nudge->trace->record;
    double *value = bp_trace_value(nudge->trace, nudge->connection);
    const double kept = *value;
    bp_status status;

    *value = kept + nudge->change;
    memcpy(nudge->real, bp_record_row(record, nudge->connection->row),
           record->block * sizeof(double));
    status = forward(nudge);
    *value = kept;
    return status;
}

static bp_status report(const struct nudge *nudge, bp_nudge *result)
{
    const struct bp_record *record = &nudge->trace->record;
    const size_t cost = record->cost_value;
    const double before = bp_record_row(record, nudge->connection->row)[cost];
    const double real = nudge->real[cost] - before;
    const double predicted =
        bp_trace_gradient_of(nudge->trace, nudge->connection) * nudge->change;

    if (real - real != 0 || predicted - predicted != 0)
        return bp_fail(&nudge->trace->text, BP_EDATA,
                       "change is %s: the cost after it is not finite",
                       bp_number(nudge->change).text);
    result->reserved = 0;
    result->value = *bp_trace_value(nudge->trace, nudge->connection);
    result->change = nudge->change;
    result->cost = before;
    result->predicted = predicted;
    result->real = real;
    return BP_OK;
}

static bp_status check(struct bp_trace *trace, const bp_connection *connection,
                       double change, const bp_nudge *nudge)
{
    bp_status status = bp_trace_check_record(trace, "nudge", nudge, sizeof *nudge);

    if (status == BP_OK)
        status = bp_trace_check_connection(trace, connection);
    if (status == BP_OK && change - change != 0)
        status = bp_fail(&trace->text, BP_EINVAL, "change is %s, expected finite",
                         bp_number(change).text);
    return status;
}

bp_status bp_trace_nudge(bp_trace *trace, const bp_connection *connection, double change,
                         bp_nudge *nudge)
{
    struct nudge work = {.trace = trace, .connection = connection, .change = change};
    bp_status status;

    if (trace == NULL)
        return BP_EINVAL;
    status = check(trace, connection, change, nudge);
    if (status != BP_OK)
        return status;
    work.real = bp_record_row(&trace->record, trace->record.rows);
    work.predicted = bp_record_row(&trace->record, trace->record.rows + 1);
    trace->nudged = false;
    status = predict(&work);
    if (status == BP_OK)
        status = measure(&work);
    if (status == BP_OK)
        status = report(&work, nudge);
    trace->nudged = status == BP_OK;
    trace->nudged_row = connection->row;
    return status;
}

bp_status bp_trace_get_nudge(const bp_trace *trace, size_t layer, int32_t what,
                             double *predicted, double *real, size_t count)
{
    const struct bp_record *record;
    const struct bp_trace_slot *slot;
    size_t offset;
    size_t i;

    if (trace == NULL || predicted == NULL || real == NULL ||
        (what != BP_TRACE_Z && what != BP_TRACE_A))
        return BP_EINVAL;
    if (!trace->nudged)
        return BP_ESTATE;
    record = &trace->record;
    if (layer >= record->network->count)
        return BP_EINVAL;
    slot = &record->slots[layer];
    if (count != (what == BP_TRACE_Z ? slot->z_count : slot->a_count))
        return BP_ESHAPE;
    offset = what == BP_TRACE_Z ? slot->z : slot->a;
    for (i = 0; i < count; i++) {
        predicted[i] = bp_record_row(record, record->rows + 1)[offset + i];
        real[i] = bp_record_row(record, record->rows)[offset + i] -
                  bp_record_row(record, trace->nudged_row)[offset + i];
    }
    return BP_OK;
}
