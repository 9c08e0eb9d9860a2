/* SPDX-License-Identifier: MIT */
/* Arrays of NumPy as a data set. */
#include "dataset_read.h"

#include "format/npy.h"

static bp_status take_numbers(struct bp_dataset *dataset, const struct bp_npy *npy,
                              enum bp_part_kind kind, struct bp_content *content)
{
    float *values =
        bp_part_create(&dataset->host, npy->rows, npy->cols, &content->parts[kind]);

    return values != NULL ? bp_npy_numbers(npy, values, &dataset->text)
                          : bp_dataset_no_memory(dataset);
}

static bp_status take_labels(struct bp_dataset *dataset, const struct bp_npy *npy,
                             struct bp_content *content)
{
    int32_t *labels =
        bp_part_create(&dataset->host, npy->rows, 1, &content->parts[BP_PART_LABELS]);

    return labels != NULL ? bp_npy_labels(npy, BP_CLASSES_LIMIT, labels,
                                          &content->classes, &dataset->text)
                          : bp_dataset_no_memory(dataset);
}

static bp_status take_inputs(struct bp_dataset *dataset, const struct bp_load *load,
                             struct bp_content *content)
{
    struct bp_npy npy;
    bp_status status = bp_npy_read(load->data, load->size, &npy, &dataset->text);

    if (status == BP_OK) {
        content->rows = npy.rows;
        status = take_numbers(dataset, &npy, BP_PART_INPUTS, content);
    }
    return status == BP_OK ? status : bp_load_blame(load->name, status, &dataset->text);
}

/* Whole numbers in one dimension are labels; all others are targets. */
static bp_status take_targets(struct bp_dataset *dataset, const struct bp_load *load,
                              struct bp_content *content)
{
    struct bp_npy npy;
    bp_status status = bp_npy_read(load->data, load->size, &npy, &dataset->text);

    if (status == BP_OK && npy.rows != content->rows)
        status = bp_fail(&dataset->text, BP_ESHAPE,
                         "the rows are %zu, expected %zu as the inputs have", npy.rows,
                         content->rows);
    if (status == BP_OK)
        status = npy.rank == 1 && bp_npy_is_whole(&npy)
                     ? take_labels(dataset, &npy, content)
                     : take_numbers(dataset, &npy, BP_PART_TARGETS, content);
    return status == BP_OK ? status : bp_load_blame(load->name, status, &dataset->text);
}

static bp_status fill(struct bp_dataset *dataset, const struct bp_load *inputs,
                      const struct bp_load *targets)
{
    struct bp_content content = {0};
    bp_status status = take_inputs(dataset, inputs, &content);

    if (status == BP_OK && targets->data != NULL)
        status = take_targets(dataset, targets, &content);
    if (status == BP_OK)
        bp_dataset_adopt(dataset, &content);
    else
        bp_content_release(&dataset->host, &content);
    return status;
}

bp_status bp_dataset_read_npy(bp_dataset *dataset, const char *inputs,
                              const char *targets)
{
    struct bp_load inputs_load = {0};
    struct bp_load targets_load = {0};
    struct bp_text *text;
    bp_status status;

    if (dataset == NULL)
        return BP_EINVAL;
    text = &dataset->text;
    if (inputs == NULL)
        return bp_fail_null(text, "inputs");
    status = bp_dataset_check_empty(dataset);
    if (status == BP_OK)
        status = bp_load_file(&dataset->host, inputs, &inputs_load, text);
    if (status == BP_OK && targets != NULL)
        status = bp_load_file(&dataset->host, targets, &targets_load, text);
    if (status == BP_OK)
        status = fill(dataset, &inputs_load, &targets_load);
    bp_load_release(&dataset->host, &inputs_load);
    bp_load_release(&dataset->host, &targets_load);
    return status;
}

/* The caller's bytes, named as the argument they came by. */
static bp_status load_argument(struct bp_dataset *dataset, const void *bytes, size_t size,
                               struct bp_load *load)
{
    const bp_status status =
        bp_load_bytes(&dataset->host, bytes, size, load, &dataset->text);

    return status == BP_OK ? status : bp_load_blame(load->name, status, &dataset->text);
}

bp_status bp_dataset_parse_npy(bp_dataset *dataset, const void *inputs,
                               size_t inputs_size, const void *targets,
                               size_t targets_size)
{
    struct bp_load inputs_load = {.name = "inputs"};
    struct bp_load targets_load = {.name = "targets"};
    bp_status status;

    if (dataset == NULL)
        return BP_EINVAL;
    if (inputs == NULL)
        return bp_fail_null(&dataset->text, "inputs");
    if (targets == NULL && targets_size != 0)
        return bp_fail(&dataset->text, BP_EINVAL,
                       "targets_size is %zu, expected 0 as targets is NULL",
                       targets_size);
    status = bp_dataset_check_empty(dataset);
    if (status == BP_OK)
        status = load_argument(dataset, inputs, inputs_size, &inputs_load);
    if (status == BP_OK && targets != NULL)
        status = load_argument(dataset, targets, targets_size, &targets_load);
    if (status == BP_OK)
        status = fill(dataset, &inputs_load, &targets_load);
    bp_load_release(&dataset->host, &inputs_load);
    bp_load_release(&dataset->host, &targets_load);
    return status;
}
