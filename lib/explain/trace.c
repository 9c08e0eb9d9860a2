/* SPDX-License-Identifier: MIT */
/* The object: create, and a batch through it. */
#include "explain/trace.h"

#include "model.h"

#include <math.h>

bp_status bp_trace_create(const bp_network *network, const bp_cost *cost,
                          bp_trace **trace)
{
    bp_trace *made;

    if (network == NULL || !network->built || cost == NULL || trace == NULL)
        return BP_EINVAL;
    made = bp_host_allocate(&network->host, sizeof *made);
    if (made == NULL)
        return BP_ENOMEM;
    made->network = network;
    made->cost = cost->spec;
    *trace = made;
    return BP_OK;
}

void bp_trace_destroy(bp_trace *trace)
{
    if (trace == NULL)
        return;
    bp_trace_drop_paths(trace);
    bp_trace_drop_ranking(trace);
    bp_record_release(&trace->record);
    bp_host_release(&trace->network->host, trace, sizeof *trace);
}

const char *bp_trace_error(const bp_trace *trace)
{
    return trace != NULL ? trace->text.line : "";
}

bp_status bp_trace_fail_stopped(struct bp_trace *trace)
{
    return bp_fail(&trace->text, BP_ESTOPPED, "an operation stopped the trace");
}

static bp_status fail_busy(struct bp_trace *trace)
{
    return bp_fail(&trace->text, BP_EBUSY, "the trace is at work");
}

bp_status bp_trace_set_mode(bp_trace *trace, int32_t mode, uint64_t seed, uint64_t step)
{
    if (trace == NULL)
        return BP_EINVAL;
    if (mode != BP_MODE_PREDICT && mode != BP_MODE_TRAIN)
        return bp_fail(&trace->text, BP_EINVAL, "mode is %d, expected a BP_MODE_ value",
                       (int)mode);
    if (trace->busy)
        return fail_busy(trace);
    trace->mode = (struct bp_trace_mode){mode == BP_MODE_TRAIN, seed, step};
    return BP_OK;
}

bp_status bp_trace_check(struct bp_trace *trace)
{
    if (trace->busy)
        return fail_busy(trace);
    if (!trace->ran)
        return bp_fail(&trace->text, BP_ESTATE,
                       "the trace holds no batch, expected bp_trace_run() before");
    return BP_OK;
}

bp_status bp_trace_check_record(struct bp_trace *trace, const char *name,
                                const void *record, size_t size)
{
    const uint32_t *struct_size = record;

    if (record == NULL)
        return bp_fail_null(&trace->text, name);
    if (*struct_size != size)
        return bp_fail(&trace->text, BP_EINVAL,
                       "%s.struct_size is %u, expected its sizeof", name,
                       (unsigned)*struct_size);
    return BP_OK;
}

bp_status bp_trace_prepare(struct bp_trace *trace, size_t row, size_t layer)
{
    int32_t answer;

    trace->busy = true;
    answer = bp_record_prepare(&trace->record, row, layer);
    trace->busy = false;
    return answer == 0 ? BP_OK : bp_trace_fail_stopped(trace);
}

/* ---- what a batch must be ---- */

static bp_status check_arrays(struct bp_trace *trace, const struct bp_batch *batch)
{
    if (batch->inputs == NULL && batch->inputs_f64 == NULL)
        return bp_fail_null(&trace->text, "inputs");
    if (batch->labelled && batch->labels == NULL)
        return bp_fail_null(&trace->text, "labels");
    if (!batch->labelled && batch->targets == NULL && batch->targets_f64 == NULL)
        return bp_fail_null(&trace->text, "targets");
    return trace->busy ? fail_busy(trace) : BP_OK;
}

static bp_status check_counts(struct bp_trace *trace, const struct bp_batch *batch,
                              size_t inputs_count, size_t targets_count)
{
    const size_t inputs = trace->network->inputs;
    const size_t width = batch->labelled ? 1 : bp_network_width(trace->network);

    if (inputs_count == 0 || inputs_count % inputs != 0)
        return bp_fail(&trace->text, BP_ESHAPE,
                       "inputs_count is %zu, expected rows of the network's %zu inputs",
                       inputs_count, inputs);
    if (batch->labelled && !bp_cost_takes_labels(&trace->cost))
        return bp_fail(&trace->text, BP_ESTATE,
                       "the cost does not take labels, expected targets");
    if (targets_count % width != 0 || targets_count / width != inputs_count / inputs)
        return bp_fail(&trace->text, BP_ESHAPE, "%s is %zu, expected %zu rows of %zu",
                       batch->labelled ? "labels_count" : "targets_count", targets_count,
                       inputs_count / inputs, width);
    return BP_OK;
}

/* ---- the run ---- */

static bool all_finite(const struct bp_record *record, const double *x, size_t count)
{
    return isfinite(bp_engine_f64.largest(record->network->kernels, x, count));
}

static bool row_finite(const struct bp_record *record, const double *row)
{
    bool finite = all_finite(record, row + record->cost_value, 1) &&
                  all_finite(record, row + record->input_grad, record->network->inputs);
    size_t i;

    for (i = 0; i < record->network->count && finite; i++) {
        const struct bp_trace_slot *slot = &record->slots[i];

        finite = all_finite(record, row + slot->a, slot->a_count) &&
                 all_finite(record, row + slot->a_grad, slot->a_count) &&
                 all_finite(record, row + slot->z_grad, slot->z_count);
    }
    return finite;
}

static int32_t costs(struct bp_record *record, const struct bp_record_rows *rows)
{
    int32_t answer = 0;
    size_t i;

    for (i = 0; i < rows->count && answer == 0; i++) {
        double *row = bp_rows_at(record, rows, i);

        answer = bp_record_cost(record, row);
        if (answer == 0)
            answer = bp_record_cost_gradient(record, row);
    }
    return answer;
}

static bp_status run_together(struct bp_trace *trace, struct bp_record *record,
                              size_t first)
{
    const struct bp_record_rows rows = bp_record_with(record, first);
    size_t i;

    if (bp_record_forward(record, &rows) != 0 || costs(record, &rows) != 0 ||
        bp_record_backward(record, &rows) != 0)
        return bp_trace_fail_stopped(trace);
    for (i = 0; i < rows.count; i++)
        if (!row_finite(record, bp_rows_at(record, &rows, i)))
            return bp_fail(&trace->text, BP_EDATA,
                           "the cost or a gradient of row %zu is not finite", first + i);
    return BP_OK;
}

static bp_status run_rows(struct bp_trace *trace, struct bp_record *record)
{
    bp_status status = BP_OK;
    size_t i;

    trace->busy = true;
    for (i = 0; i < record->rows && status == BP_OK; i += bp_record_moved(record))
        status = run_together(trace, record, i);
    trace->busy = false;
    return status;
}

/* The batch was checked; the new record takes the place of the old one at the end. */
static bp_status work(struct bp_trace *trace, const struct bp_batch *batch)
{
    struct bp_record record;
    bp_status status = BP_OK;

    if (trace->mode.training)
        status = bp_model_check_rows(trace->network, batch->rows, &trace->text);
    if (status == BP_OK)
        status = bp_record_create(&record, trace->network, &trace->cost, &trace->mode,
                                  batch->rows, &trace->text);
    if (status != BP_OK)
        return status;
    bp_record_load(&record, batch);
    status = run_rows(trace, &record);
    if (status != BP_OK) {
        bp_record_release(&record);
        return status;
    }
    bp_trace_drop_paths(trace);
    bp_trace_drop_ranking(trace);
    bp_record_release(&trace->record);
    trace->record = record;
    trace->ran = true;
    trace->nudged = false;
    return BP_OK;
}

static bp_status run_arrays(struct bp_trace *trace, struct bp_batch batch,
                            size_t inputs_count, size_t targets_count)
{
    bp_status status;

    if (trace == NULL)
        return BP_EINVAL;
    status = check_arrays(trace, &batch);
    if (status == BP_OK)
        status = check_counts(trace, &batch, inputs_count, targets_count);
    if (status != BP_OK)
        return status;
    batch.rows = inputs_count / trace->network->inputs;
    status = bp_batch_check_inputs(trace->network, &batch, &trace->text);
    if (status == BP_OK)
        status =
            bp_batch_check_targets(trace->network, &trace->cost, &batch, &trace->text);
    return status == BP_OK ? work(trace, &batch) : status;
}

bp_status bp_trace_run(bp_trace *trace, const float *inputs, size_t inputs_count,
                       const float *targets, size_t targets_count)
{
    return run_arrays(trace, (struct bp_batch){.inputs = inputs, .targets = targets},
                      inputs_count, targets_count);
}

bp_status bp_trace_run_f64(bp_trace *trace, const double *inputs, size_t inputs_count,
                           const double *targets, size_t targets_count)
{
    return run_arrays(trace,
                      (struct bp_batch){.inputs_f64 = inputs, .targets_f64 = targets},
                      inputs_count, targets_count);
}

bp_status bp_trace_run_labels(bp_trace *trace, const float *inputs, size_t inputs_count,
                              const int32_t *labels, size_t labels_count)
{
    return run_arrays(
        trace, (struct bp_batch){.inputs = inputs, .labels = labels, .labelled = true},
        inputs_count, labels_count);
}

static bp_status check_rows(struct bp_trace *trace, const struct bp_batch *batch)
{
    const size_t rows = bp_dataset_rows(batch->data);

    if (batch->rows == 0)
        return bp_fail(&trace->text, BP_EINVAL, "rows is 0, expected at least 1");
    if (batch->first >= rows)
        return bp_fail(&trace->text, BP_EINVAL,
                       "first is %zu, expected below the %zu rows of data", batch->first,
                       rows);
    if (batch->rows > rows - batch->first)
        return bp_fail(&trace->text, BP_EINVAL,
                       "rows is %zu, expected at most %zu from row %zu on", batch->rows,
                       rows - batch->first, batch->first);
    return BP_OK;
}

bp_status bp_trace_run_data(bp_trace *trace, const bp_dataset *data, size_t first,
                            size_t rows)
{
    const struct bp_batch batch = {.data = data, .first = first, .rows = rows};
    bp_status status;

    if (trace == NULL)
        return BP_EINVAL;
    if (data == NULL)
        return bp_fail_null(&trace->text, "data");
    if (trace->busy)
        return fail_busy(trace);
    status = bp_batch_check_data(trace->network, &trace->cost, data, &trace->text);
    if (status == BP_OK)
        status = check_rows(trace, &batch);
    if (status == BP_OK)
        status =
            bp_batch_check_targets(trace->network, &trace->cost, &batch, &trace->text);
    return status == BP_OK ? work(trace, &batch) : status;
}
