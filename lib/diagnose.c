/* SPDX-License-Identifier: MIT */
/* The look that a diagnosis takes: its memory, and the order of its parts. */
#include "diagnose.h"

static const uint64_t default_rows = 1024;

bp_status bp_diagnosis_options_init(bp_diagnosis_options *options)
{
    if (options == NULL)
        return BP_EINVAL;
    *options =
        (bp_diagnosis_options){.struct_size = sizeof *options, .rows = default_rows};
    return BP_OK;
}

/* A row of inputs, outputs, weights or biases. */
static size_t widest(const struct bp_network *network)
{
    size_t width = network->inputs;
    size_t i;

    for (i = 0; i < network->count; i++) {
        const struct bp_node *node = &network->nodes[i];

        width = node->outputs > width ? node->outputs : width;
        width = node->weight.cols > width ? node->weight.cols : width;
        width = node->bias.cols > width ? node->bias.cols : width;
    }
    return width;
}

/* Rows at equal distances over the whole data set. */
static void pick_rows(struct bp_examination *look)
{
    const size_t all = bp_dataset_rows(look->data);
    const size_t step = all / look->rows;
    size_t i;

    for (i = 0; i < look->rows; i++)
        look->pick[i] = i * step;
}

static void release(struct bp_examination *look)
{
    const struct bp_host *host = &look->trainer->network->host;

    bp_host_release(host, look->pick, look->rows * sizeof *look->pick);
    bp_host_release(host, look->row, look->width * sizeof *look->row);
    bp_twin_release(&look->twin);
}

static bp_status reserve(struct bp_examination *look)
{
    const struct bp_host *host = &look->trainer->network->host;

    look->width = widest(look->trainer->network);
    look->pick = bp_host_allocate(host, look->rows * sizeof *look->pick);
    look->row = bp_host_allocate(host, look->width * sizeof *look->row);
    look->diagnosis = bp_diagnosis_create(look->trainer->network);
    if (look->pick == NULL || look->row == NULL || look->diagnosis == NULL)
        return bp_examine_no_memory(look);
    pick_rows(look);
    return BP_OK;
}

/* Targets that the cost refuses are a finding, and end the look: no step is possible. */
static bool targets_ok(struct bp_examination *look)
{
    const struct bp_trainer *trainer = look->trainer;
    const struct bp_batch all = {
        .rows = look->rows, .data = look->data, .order = look->pick};
    const bp_finding finding = {.code = BP_FINDING_TARGET_RANGE,
                                .severity = BP_SEVERITY_FAULT,
                                .layer = trainer->network->count - 1};
    struct bp_text why;

    if (bp_batch_check_targets(trainer->network, &trainer->cost, &all, &why) == BP_OK)
        return true;
    bp_diagnosis_add(look->diagnosis, &finding, &why);
    return false;
}

static bp_status examine(struct bp_examination *look)
{
    const bool possible = targets_ok(look);
    bp_status status = bp_examine_data(look);

    if (status != BP_OK || !bp_examine_parameters(look) || !possible)
        return status;
    status = bp_twin_create(&look->twin, look->trainer, &look->trainer->text);
    if (status == BP_OK)
        status = bp_examine_passes(look);
    if (status == BP_OK)
        status = bp_examine_classes(look);
    return status == BP_OK ? bp_examine_update(look) : status;
}

static bp_status check(struct bp_trainer *trainer, const struct bp_dataset *data,
                       const bp_diagnosis_options *options)
{
    if (options != NULL && options->struct_size != sizeof *options)
        return bp_fail(&trainer->text, BP_EINVAL,
                       "options.struct_size is %u, expected %zu",
                       (unsigned)options->struct_size, sizeof *options);
    if (options != NULL && options->rows == 0)
        return bp_fail(&trainer->text, BP_EINVAL,
                       "options.rows is 0, expected at least 1");
    return bp_fit_check(trainer, data);
}

/* So many rows; where the last batch of them would be one row, and that is too short for
 * a batch norm, one less. */
static size_t rows_of(struct bp_trainer *trainer, const struct bp_dataset *data,
                      uint64_t wanted)
{
    const size_t all = bp_dataset_rows(data);
    const size_t rows = wanted < all ? (size_t)wanted : all;
    struct bp_text why;

    if (rows > 1 && rows % trainer->model.pass.capacity == 1 &&
        bp_model_check_rows(trainer->network, 1, &why) != BP_OK)
        return rows - 1;
    return rows;
}

bp_status bp_trainer_diagnose(bp_trainer *trainer, const bp_dataset *data,
                              const bp_diagnosis_options *options,
                              bp_diagnosis **diagnosis)
{
    const uint64_t wanted = options != NULL ? options->rows : default_rows;
    struct bp_examination look = {.trainer = trainer, .data = data};
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    if (diagnosis == NULL)
        return bp_fail_null(&trainer->text, "diagnosis");
    status = check(trainer, data, options);
    if (status != BP_OK)
        return status;
    look.rows = rows_of(trainer, data, wanted);
    status = reserve(&look);
    if (status == BP_OK)
        status = examine(&look);
    release(&look);
    if (status == BP_OK)
        *diagnosis = look.diagnosis;
    else
        bp_diagnosis_destroy(look.diagnosis);
    return status;
}
