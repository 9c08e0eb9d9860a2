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

static bp_status fill_idx(struct bp_dataset *dataset, const struct bp_load *inputs,
                          const struct bp_load *labels)
{
    struct bp_content content = {0};
    bp_status status = take_inputs(dataset, inputs, &content);

    if (status == BP_OK && labels->data != NULL)
        status = take_labels(dataset, labels, &content);
    if (status == BP_OK)
        bp_dataset_adopt(dataset, &content);
    else
        bp_content_release(&dataset->host, &content);
    return status;
}

bp_status bp_dataset_read_idx(bp_dataset *dataset, const char *inputs, const char *labels)
{
    struct bp_load inputs_load = {0};
    struct bp_load labels_load = {0};
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
    if (status == BP_OK && labels != NULL)
        status = bp_load_file(&dataset->host, labels, &labels_load, text);
    if (status == BP_OK)
        status = fill_idx(dataset, &inputs_load, &labels_load);
    bp_load_release(&dataset->host, &inputs_load);
    bp_load_release(&dataset->host, &labels_load);
    return status;
}

static bp_status check_parse(struct bp_dataset *dataset, const void *inputs,
                             const void *labels, size_t labels_size)
{
    if (inputs == NULL)
        return bp_fail_null(&dataset->text, "inputs");
    if (labels == NULL && labels_size != 0)
        return bp_fail(&dataset->text, BP_EINVAL,
                       "labels_size is %zu, expected 0 as labels is NULL", labels_size);
    return bp_dataset_check_empty(dataset);
}

/* The caller's bytes, named as the argument they came by. */
static bp_status load_argument(struct bp_dataset *dataset, const void *bytes, size_t size,
                               struct bp_load *load)
{
    const bp_status status =
        bp_load_bytes(&dataset->host, bytes, size, load, &dataset->text);

    return status == BP_OK ? status : bp_load_blame(load->name, status, &dataset->text);
}

bp_status bp_dataset_parse_idx(bp_dataset *dataset, const void *inputs,
                               size_t inputs_size, const void *labels, size_t labels_size)
{
    struct bp_load inputs_load = {.name = "inputs"};
    struct bp_load labels_load = {.name = "labels"};
    bp_status status;

    if (dataset == NULL)
        return BP_EINVAL;
    status = check_parse(dataset, inputs, labels, labels_size);
    if (status == BP_OK)
        status = load_argument(dataset, inputs, inputs_size, &inputs_load);
    if (status == BP_OK && labels != NULL)
        status = load_argument(dataset, labels, labels_size, &labels_load);
    if (status == BP_OK)
        status = fill_idx(dataset, &inputs_load, &labels_load);
    bp_load_release(&dataset->host, &inputs_load);
    bp_load_release(&dataset->host, &labels_load);
    return status;
}
