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

static bp_status take_npy(struct bp_dataset *dataset, const struct bp_load *inputs,
                          const struct bp_load *targets, struct bp_content *content)
{
    const bp_status status = take_inputs(dataset, inputs, content);

    return status == BP_OK && targets->data != NULL
               ? take_targets(dataset, targets, content)
               : status;
}

static const struct bp_pair_reader npy_reader = {"targets", "targets_size", take_npy};

bp_status bp_dataset_read_npy(bp_dataset *dataset, const char *inputs,
                              const char *targets)
{
    return bp_read_pair(dataset, &npy_reader, inputs, targets);
}

bp_status bp_dataset_parse_npy(bp_dataset *dataset, const void *inputs,
                               size_t inputs_size, const void *targets,
                               size_t targets_size)
{
    const struct bp_pair_bytes bytes = {inputs, targets, inputs_size, targets_size};

    return bp_parse_pair(dataset, &npy_reader, &bytes);
}
