/* SPDX-License-Identifier: MIT */
/* Images and labels in the format of MNIST. */
#include "dataset_read.h"

#include "format/idx.h"

static bp_status take_inputs(struct bp_dataset *dataset, const struct bp_load *load,
                             struct bp_content *content)
{
    struct bp_text *text = &dataset->text;
    struct bp_idx idx;
    float *values;
    bp_status status = bp_idx_read(load->data, load->size, &idx, text);

    if (status != BP_OK)
        return bp_load_blame(load->name, status, text);
    values = bp_part_create(&dataset->host, idx.rows, idx.cols,
                            &content->parts[BP_PART_INPUTS]);
    if (values == NULL)
        return bp_dataset_no_memory(dataset);
    content->rows = idx.rows;
    status = bp_idx_numbers(&idx, values, text);
    return status == BP_OK ? status : bp_load_blame(load->name, status, text);
}

static bp_status check_labels(struct bp_dataset *dataset, const struct bp_idx *idx,
                              size_t rows)
{
    if (idx->type != BP_IDX_U8)
        return bp_fail(&dataset->text, BP_EDATA,
                       "the type is 0x%02x, expected 0x08, bytes",
                       (unsigned int)idx->type);
    if (idx->rank != 1)
        return bp_fail(&dataset->text, BP_EDATA,
                       "the number of dimensions is %zu, expected 1", idx->rank);
    if (idx->rows != rows)
        return bp_fail(&dataset->text, BP_ESHAPE,
                       "the rows are %zu, expected %zu as the inputs have", idx->rows,
                       rows);
    return BP_OK;
}

static bp_status take_labels(struct bp_dataset *dataset, const struct bp_load *load,
                             struct bp_content *content)
{
    struct bp_text *text = &dataset->text;
    struct bp_idx idx;
    int32_t *labels;
    bp_status status = bp_idx_read(load->data, load->size, &idx, text);

    if (status == BP_OK)
        status = check_labels(dataset, &idx, content->rows);
    if (status != BP_OK)
        return bp_load_blame(load->name, status, text);
    labels = bp_part_create(&dataset->host, idx.rows, 1, &content->parts[BP_PART_LABELS]);
    if (labels == NULL)
        return bp_dataset_no_memory(dataset);
    for (size_t row = 0; row < idx.rows; row++) {
        labels[row] = idx.elements[row];
        if (content->classes <= idx.elements[row])
            content->classes = idx.elements[row] + (size_t)1;
    }
    return BP_OK;
}

static bp_status take_idx(struct bp_dataset *dataset, const struct bp_load *inputs,
                          const struct bp_load *labels, struct bp_content *content)
{
    const bp_status status = take_inputs(dataset, inputs, content);

    return status == BP_OK && labels->data != NULL ? take_labels(dataset, labels, content)
                                                   : status;
}

static const struct bp_pair_reader idx_reader = {"labels", "labels_size", take_idx};

bp_status bp_dataset_read_idx(bp_dataset *dataset, const char *inputs, const char *labels)
{
    return bp_read_pair(dataset, &idx_reader, inputs, labels);
}

bp_status bp_dataset_parse_idx(bp_dataset *dataset, const void *inputs,
                               size_t inputs_size, const void *labels, size_t labels_size)
{
    const struct bp_pair_bytes bytes = {inputs, labels, inputs_size, labels_size};

    return bp_parse_pair(dataset, &idx_reader, &bytes);
}
