/* SPDX-License-Identifier: MIT */
/* One connection: that it is there, its chain, and the terms that make up its dC/da. */
#include "explain/trace.h"

static bp_status fail_range(struct bp_trace *trace, const char *field, size_t value,
                            size_t limit)
{
    return bp_fail(&trace->text, BP_EINVAL, "connection: %s is %zu, expected below %zu",
                   field, value, limit);
}

static bp_status check_parameter(struct bp_trace *trace, const bp_connection *connection)
{
    const struct bp_network *network = trace->record.network;
    const bool bias = connection->kind == BP_CONNECTION_BIAS;
    const struct bp_node *node;

    if (connection->layer >= network->count)
        return fail_range(trace, "layer", connection->layer, network->count);
    node = &network->nodes[connection->layer];
    if (node->spec.kind != BP_LAYER_KIND_DENSE)
        return bp_fail(&trace->text, BP_EUNSUPPORTED,
                       "connection: layer %zu is not dense, so its parameters, if it has "
                       "any, have no factors",
                       connection->layer);
    if (bias && node->bias.rows == 0)
        return bp_fail(&trace->text, BP_EINVAL, "connection: layer %zu has no biases",
                       connection->layer);
    if (connection->to >= node->outputs)
        return fail_range(trace, "to", connection->to, node->outputs);
    if (!bias && connection->from >= node->inputs)
        return fail_range(trace, "from", connection->from, node->inputs);
    return BP_OK;
}

bp_status bp_trace_check_connection(struct bp_trace *trace,
                                    const bp_connection *connection)
{
    bp_status status;

    if (connection == NULL)
        return bp_fail_null(&trace->text, "connection");
    if (connection->struct_size != sizeof *connection)
        return bp_fail(&trace->text, BP_EINVAL,
                       "connection.struct_size is %u, expected its sizeof",
                       (unsigned)connection->struct_size);
    if (connection->kind < BP_CONNECTION_WEIGHT || connection->kind > BP_CONNECTION_INPUT)
        return bp_fail(&trace->text, BP_EINVAL,
                       "connection: kind is %d, expected a BP_CONNECTION_ value",
                       (int)connection->kind);
    status = bp_trace_check(trace);
    if (status != BP_OK)
        return status;
    if (connection->row >= trace->record.rows)
        return fail_range(trace, "row", connection->row, trace->record.rows);
    if (connection->kind != BP_CONNECTION_INPUT)
        return check_parameter(trace, connection);
    if (connection->from >= trace->record.network->inputs)
        return fail_range(trace, "from", connection->from, trace->record.network->inputs);
    return BP_OK;
}

double *bp_trace_value(const struct bp_trace *trace, const bp_connection *connection)
{
    const struct bp_record *record = &trace->record;
    const struct bp_node *node;

    if (connection->kind == BP_CONNECTION_INPUT)
        return bp_record_row(record, connection->row) + record->input + connection->from;
    node = &record->network->nodes[connection->layer];
    return connection->kind == BP_CONNECTION_WEIGHT
               ? bp_record_param(record, &node->weight, connection->to, connection->from)
               : bp_record_param(record, &node->bias, 0, connection->to);
}

double bp_trace_first_link(const struct bp_trace *trace, const bp_connection *connection)
{
    const struct bp_record *record = &trace->record;

    if (connection->kind != BP_CONNECTION_WEIGHT)
        return 1;
    return bp_record_row(
        record,
        connection->row)[bp_record_input(record, connection->layer) + connection->from];
}

double bp_trace_gradient_of(const struct bp_trace *trace, const bp_connection *connection)
{
    const struct bp_record *record = &trace->record;
    const double *row = bp_record_row(record, connection->row);

    if (connection->kind == BP_CONNECTION_INPUT)
        return row[record->input_grad + connection->from];
    return bp_trace_first_link(trace, connection) *
           row[record->slots[connection->layer].z_grad + connection->to];
}

/* ---- the chain ---- */

static void chain_of_input(const struct bp_trace *trace, const bp_connection *connection,
                           bp_chain *chain)
{
    const struct bp_record *record = &trace->record;
    const double grad =
        bp_record_row(record, connection->row)[record->input_grad + connection->from];

    chain->coupled = 0;
    chain->value = *bp_trace_value(trace, connection);
    chain->z = 0;
    chain->a = chain->value;
    chain->dz_dw = 1;
    chain->da_dz = 1;
    chain->dc_da = grad;
    chain->dc_dz = grad;
    chain->gradient = grad;
}

static void chain_of_parameter(const struct bp_trace *trace,
                               const bp_connection *connection, bp_chain *chain)
{
    const struct bp_record *record = &trace->record;
    const struct bp_trace_slot *slot = &record->slots[connection->layer];
    const double *row = bp_record_row(record, connection->row);
    const size_t to = connection->to;

    chain->coupled = slot->coupled;
    chain->value = *bp_trace_value(trace, connection);
    chain->z = row[slot->z + to];
    chain->a = row[slot->a + to];
    chain->dz_dw = bp_trace_first_link(trace, connection);
    chain->da_dz = bp_record_slope(record, connection->row, connection->layer, to, to);
    chain->dc_da = row[slot->a_grad + to];
    chain->dc_dz = row[slot->z_grad + to];
    chain->gradient = chain->dz_dw * chain->dc_dz;
}

bp_status bp_trace_get_chain(bp_trace *trace, const bp_connection *connection,
                             bp_chain *chain)
{
    bp_status status;

    if (trace == NULL)
        return BP_EINVAL;
    status = bp_trace_check_record(trace, "chain", chain, sizeof *chain);
    if (status == BP_OK)
        status = bp_trace_check_connection(trace, connection);
    if (status != BP_OK)
        return status;
    if (connection->kind == BP_CONNECTION_INPUT) {
        chain_of_input(trace, connection, chain);
        return BP_OK;
    }
    status = bp_trace_prepare(trace, connection->row, connection->layer);
    if (status == BP_OK)
        chain_of_parameter(trace, connection, chain);
    return status;
}

bp_status bp_trace_get_terms(bp_trace *trace, const bp_connection *connection,
                             double *terms, size_t count)
{
    const bool input = connection != NULL && connection->kind == BP_CONNECTION_INPUT;
    const struct bp_trace_slot *slot;
    const double *row;
    bp_status status;
    size_t next;
    size_t k;

    if (trace == NULL)
        return BP_EINVAL;
    if (terms == NULL)
        return bp_fail_null(&trace->text, "terms");
    status = bp_trace_check_connection(trace, connection);
    if (status != BP_OK)
        return status;
    next = input ? 0 : connection->layer + 1;
    if (next == trace->record.network->count)
        return bp_fail(&trace->text, BP_EUNSUPPORTED,
                       "connection: layer %zu is the last, so its dC/da is one term",
                       connection->layer);
    slot = &trace->record.slots[next];
    if (count != slot->z_count)
        return bp_fail(&trace->text, BP_ESHAPE, "count is %zu, expected %zu", count,
                       slot->z_count);
    row = bp_record_row(&trace->record, connection->row);
    for (k = 0; k < count; k++)
        terms[k] = bp_record_weight(&trace->record, next, k,
                                    input ? connection->from : connection->to) *
                   row[slot->z_grad + k];
    return BP_OK;
}

/* ---- the Jacobian ---- */

static bp_status check_unit(struct bp_trace *trace, size_t row, size_t layer, size_t unit,
                            size_t count)
{
    const struct bp_record *record = &trace->record;

    if (row >= record->rows)
        return bp_fail(&trace->text, BP_EINVAL, "row is %zu, expected below %zu", row,
                       record->rows);
    if (layer >= record->network->count)
        return bp_fail(&trace->text, BP_EINVAL, "layer is %zu, expected below %zu", layer,
                       record->network->count);
    if (unit >= record->slots[layer].z_count)
        return bp_fail(&trace->text, BP_EINVAL, "unit is %zu, expected below %zu", unit,
                       record->slots[layer].z_count);
    if (count != record->slots[layer].a_count)
        return bp_fail(&trace->text, BP_ESHAPE, "count is %zu, expected %zu", count,
                       record->slots[layer].a_count);
    return BP_OK;
}

bp_status bp_trace_get_jacobian(bp_trace *trace, size_t row, size_t layer, size_t unit,
                                double *values, size_t count)
{
    bp_status status;
    size_t i;

    if (trace == NULL)
        return BP_EINVAL;
    if (values == NULL)
        return bp_fail_null(&trace->text, "values");
    status = bp_trace_check(trace);
    if (status == BP_OK)
        status = check_unit(trace, row, layer, unit, count);
    if (status == BP_OK)
        status = bp_trace_prepare(trace, row, layer);
    for (i = 0; i < count && status == BP_OK; i++)
        values[i] = bp_record_slope(&trace->record, row, layer, i, unit);
    return status;
}
