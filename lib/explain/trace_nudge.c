/* SPDX-License-Identifier: MIT */
/*
 * One number moved, and what follows. By the slopes, link by link:
 *
 *     dz_to = dz/dw change      da_i = sum over j of da_i/dz_j dz_j
 *     dz_k = sum over i of w_ki da_i
 *
 * and in truth by a second forward pass. The blocks after the rows hold them. Where rows
 * are joined a weight moves in all of them, and C is their sum.
 */
#include "explain/trace_norm.h"

#include <string.h>

/** A nudge at work. */
struct nudge {
    struct bp_trace *trace;
    const bp_connection *connection;
    double change;
    size_t first, end; /**< Rows that move. */
};

/* ---- by the slopes ---- */

/* The connection, as it is in another row. */
static bp_connection in_row(const struct nudge *nudge, size_t row)
{
    bp_connection at = *nudge->connection;

    at.row = row;
    return at;
}

static bool is_input(const struct nudge *nudge)
{
    return nudge->connection->kind == BP_CONNECTION_INPUT;
}

static void move_z(const struct nudge *nudge, size_t row, size_t layer)
{
    const struct bp_record *record = &nudge->trace->record;
    const struct bp_trace_slot *slot = &record->slots[layer];
    const size_t inputs = record->network->nodes[layer].inputs;
    const bp_connection at = in_row(nudge, row);
    double *const changes = bp_record_predicted(record, row);
    const double *moved = changes + bp_record_input(record, layer);
    double *z = changes + slot->z;
    size_t i;
    size_t k;

    memset(z, 0, slot->z_count * sizeof *z);
    for (i = 0; i < inputs; i++)
        for (k = 0; k < slot->z_count && moved[i] != 0; k++)
            z[k] += bp_record_weight(record, layer, k, i) * moved[i];
    if (!is_input(nudge) && layer == at.layer)
        z[at.to] += nudge->change * bp_trace_first_link(nudge->trace, &at);
}

/* The changes of one unit in all rows that are joined. */
static double joined_change(const struct nudge *nudge, size_t row, size_t layer, size_t j)
{
    const struct bp_record *record = &nudge->trace->record;
    double sum = 0;
    size_t i;

    for (i = 0; i < record->rows; i++)
        sum += bp_norm_join_slope(record, layer, j, row, i) *
               bp_record_predicted(record, i)[record->slots[layer].z + j];
    return sum;
}

static void move_a(const struct nudge *nudge, size_t row, size_t layer)
{
    const struct bp_record *record = &nudge->trace->record;
    const struct bp_trace_slot *slot = &record->slots[layer];
    const double *z = bp_record_predicted(record, row) + slot->z;
    double *a = bp_record_predicted(record, row) + slot->a;
    size_t i;
    size_t j;

    for (i = 0; i < slot->a_count; i++) {
        a[i] = 0;
        if (slot->joins)
            a[i] = joined_change(nudge, row, layer, i);
        else if (!slot->coupled)
            a[i] = bp_record_slope(record, row, layer, i, i) * z[i];
        for (j = 0; j < slot->z_count && slot->coupled; j++)
            a[i] += bp_record_slope(record, row, layer, i, j) * z[j];
    }
}

static bp_status predict_layer(const struct nudge *nudge, size_t layer)
{
    bp_status status = BP_OK;
    size_t row;

    for (row = nudge->first; row < nudge->end; row++)
        move_z(nudge, row, layer);
    for (row = nudge->first; row < nudge->end && status == BP_OK; row++) {
        status = bp_trace_prepare(nudge->trace, row, layer);
        if (status == BP_OK)
            move_a(nudge, row, layer);
    }
    return status;
}

static bp_status predict(const struct nudge *nudge)
{
    const struct bp_record *record = &nudge->trace->record;
    const bp_connection *connection = nudge->connection;
    bp_status status = BP_OK;
    size_t row;
    size_t layer;

    for (row = nudge->first; row < nudge->end; row++)
        memset(bp_record_predicted(record, row) + record->input, 0,
               record->network->inputs * sizeof(double));
    if (is_input(nudge))
        bp_record_predicted(record, connection->row)[record->input + connection->from] =
            nudge->change;
    for (layer = 0; layer < record->network->count && status == BP_OK; layer++)
        status = predict_layer(nudge, layer);
    return status;
}

/* ---- in truth ---- */

static bp_status forward(const struct nudge *nudge)
{
    struct bp_trace *trace = nudge->trace;
    struct bp_record *record = &trace->record;
    const struct bp_record_rows rows = {bp_record_real(record, nudge->first),
                                        nudge->end - nudge->first};
    int32_t answer;
    size_t i;

    trace->busy = true;
    answer = bp_record_forward(record, &rows);
    for (i = 0; i < rows.count && answer == 0; i++)
        answer = bp_record_cost(record, bp_rows_at(record, &rows, i));
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
    memcpy(bp_record_real(record, nudge->first), bp_record_row(record, nudge->first),
           (nudge->end - nudge->first) * record->block * sizeof(double));
    status = forward(nudge);
    *value = kept;
    return status;
}

/* C of an example, or of all that are joined. */
static double cost_of(const struct nudge *nudge, bool after)
{
    const struct bp_record *record = &nudge->trace->record;
    double sum = 0;
    size_t i;

    for (i = nudge->first; i < nudge->end; i++) {
        const double *row = after ? bp_record_real(record, i) : bp_record_row(record, i);

        sum += (record->joined ? row[record->weight] : 1) * row[record->cost_value];
    }
    return sum;
}

/* An input is moved in its own row only. */
static double slope_of(const struct nudge *nudge)
{
    double sum = 0;
    size_t i;

    if (is_input(nudge))
        return bp_trace_gradient_of(nudge->trace, nudge->connection);
    for (i = nudge->first; i < nudge->end; i++) {
        const bp_connection at = in_row(nudge, i);

        sum += bp_trace_gradient_of(nudge->trace, &at);
    }
    return sum;
}

static bp_status report(const struct nudge *nudge, bp_nudge *result)
{
    const double before = cost_of(nudge, false);
    const double real = cost_of(nudge, true) - before;
    const double predicted = slope_of(nudge) * nudge->change;

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
    work.first = trace->record.joined ? 0 : connection->row;
    work.end = work.first + bp_record_moved(&trace->record);
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
        predicted[i] = bp_record_predicted(record, trace->nudged_row)[offset + i];
        real[i] = bp_record_real(record, trace->nudged_row)[offset + i] -
                  bp_record_row(record, trace->nudged_row)[offset + i];
    }
    return BP_OK;
}
