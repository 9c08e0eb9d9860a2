/* SPDX-License-Identifier: MIT */
#include "dataset_read.h"

#include "format/gzip.h"
#include "format/idx.h"

#include <string.h>

/* A small file can unpack to a thousand times its size, and a device never ends. */
#if SIZE_MAX > 0xFFFFFFFFu
#define SIZE_LIMIT ((size_t)1 << 36)
#else
#define SIZE_LIMIT (SIZE_MAX / 2)
#endif

enum { NAME_SHOWN = 100 };

bp_status bp_load_blame(const char *name, bp_status status, struct bp_text *text)
{
    const struct bp_text reason = *text;
    const size_t length = strlen(name);
    const char *shown = length > NAME_SHOWN ? name + length - NAME_SHOWN : name;

    return bp_fail(text, status, "%s: %s", shown, reason.line);
}

bp_status bp_load_bytes(const struct bp_host *host, const void *bytes, size_t size,
                        struct bp_load *load, struct bp_text *text)
{
    struct bp_bytes unpacked;
    bp_status status;

    if (!bp_gzip_is(bytes, size)) {
        load->data = bytes;
        load->size = size;
        return BP_OK;
    }
    status = bp_gzip_unpack(host, bytes, size, SIZE_LIMIT, &unpacked, text);
    if (status != BP_OK)
        return status;
    load->data = unpacked.data;
    load->size = unpacked.size;
    load->owned = unpacked;
    return BP_OK;
}

bp_status bp_load_file(const struct bp_host *host, const char *path, struct bp_load *load,
                       struct bp_text *text)
{
    struct bp_bytes file;
    bp_status status = bp_host_read_file(host, path, SIZE_LIMIT, &file, text);

    *load = (struct bp_load){.name = path};
    if (status != BP_OK)
        return status;
    status = bp_load_bytes(host, file.data, file.size, load, text);
    if (status == BP_OK && load->owned.data == NULL)
        load->owned = file;
    else
        bp_host_release(host, file.data, file.size);
    return status == BP_OK ? status : bp_load_blame(path, status, text);
}

void bp_load_release(const struct bp_host *host, struct bp_load *load)
{
    bp_host_release(host, load->owned.data, load->owned.size);
    *load = (struct bp_load){0};
}

/* IDX. */

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
