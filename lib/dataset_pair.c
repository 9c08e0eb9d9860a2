/* SPDX-License-Identifier: MIT */
/* Two arrays, from files or from the caller, as a data set: both of them, or none. */
#include "dataset_read.h"

static bp_status take_both(struct bp_dataset *dataset,
                           const struct bp_pair_reader *reader,
                           const struct bp_load *inputs, const struct bp_load *second)
{
    struct bp_content content = {0};
    const bp_status status = reader->take(dataset, inputs, second, &content);

    if (status == BP_OK)
        bp_dataset_adopt(dataset, &content);
    else
        bp_content_release(&dataset->host, &content);
    return status;
}

bp_status bp_read_pair(struct bp_dataset *dataset, const struct bp_pair_reader *reader,
                       const char *inputs, const char *second)
{
    struct bp_load inputs_load = {0};
    struct bp_load second_load = {0};
    bp_status status;

    if (dataset == NULL)
        return BP_EINVAL;
    if (inputs == NULL)
        return bp_fail_null(&dataset->text, "inputs");
    status = bp_dataset_check_empty(dataset);
    if (status == BP_OK)
        status = bp_load_file(&dataset->host, inputs, &inputs_load, &dataset->text);
    if (status == BP_OK && second != NULL)
        status = bp_load_file(&dataset->host, second, &second_load, &dataset->text);
    if (status == BP_OK)
        status = take_both(dataset, reader, &inputs_load, &second_load);
    bp_load_release(&dataset->host, &inputs_load);
    bp_load_release(&dataset->host, &second_load);
    return status;
}

static bp_status check(struct bp_dataset *dataset, const struct bp_pair_reader *reader,
                       const struct bp_pair_bytes *bytes)
{
    if (bytes->inputs == NULL)
        return bp_fail_null(&dataset->text, "inputs");
    if (bytes->second == NULL && bytes->second_size != 0)
        return bp_fail(&dataset->text, BP_EINVAL, "%s is %zu, expected 0 as %s is NULL",
                       reader->second_size, bytes->second_size, reader->second);
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

bp_status bp_parse_pair(struct bp_dataset *dataset, const struct bp_pair_reader *reader,
                        const struct bp_pair_bytes *bytes)
{
    struct bp_load inputs = {.name = "inputs"};
    struct bp_load second = {.name = reader->second};
    bp_status status;

    if (dataset == NULL)
        return BP_EINVAL;
    status = check(dataset, reader, bytes);
    if (status == BP_OK)
        status = load_argument(dataset, bytes->inputs, bytes->inputs_size, &inputs);
    if (status == BP_OK && bytes->second != NULL)
        status = load_argument(dataset, bytes->second, bytes->second_size, &second);
    if (status == BP_OK)
        status = take_both(dataset, reader, &inputs, &second);
    bp_load_release(&dataset->host, &inputs);
    bp_load_release(&dataset->host, &second);
    return status;
}
