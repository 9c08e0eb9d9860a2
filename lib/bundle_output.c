/* SPDX-License-Identifier: MIT */
/* What the calls that write files share: their options, and where the bytes go. */
#include "bundle.h"

#include "env_save.h"

#include <string.h>

bp_status bp_save_options_init(bp_save_options *options)
{
    if (options == NULL)
        return BP_EINVAL;
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
    return BP_OK;
}

static bp_status check_options(const struct bp_network *network,
                               const bp_save_options *options, struct bp_text *text)
{
    if (options->struct_size != sizeof *options)
        return bp_fail(text, BP_EINVAL,
                       "options.struct_size is %u, expected %zu, as set by "
                       "bp_save_options_init",
                       (unsigned int)options->struct_size, sizeof *options);
    if ((options->class_names == NULL) != (options->class_count == 0))
        return bp_fail(text, BP_EINVAL, "options.class_count is %zu, expected %s",
                       options->class_count,
                       options->class_names == NULL ? "0 without names" : "at least 1");
    if ((options->input_names == NULL) != (options->input_count == 0))
        return bp_fail(text, BP_EINVAL, "options.input_count is %zu, expected %s",
                       options->input_count,
                       options->input_names == NULL ? "0 without names" : "at least 1");
    if (options->input_count != 0 && options->input_count != network->inputs)
        return bp_fail(text, BP_ESHAPE,
                       "options.input_count is %zu, expected %zu as the network has "
                       "inputs",
                       options->input_count, network->inputs);
    return BP_OK;
}

static bp_status check_scaler(const struct bp_network *network, const bp_scaler *scaler,
                              struct bp_text *text)
{
    if (scaler != NULL && scaler->cols == 0)
        return bp_fail(text, BP_ESTATE, "options.scaler is not fitted yet");
    if (scaler != NULL && scaler->cols != network->inputs)
        return bp_fail(text, BP_ESHAPE,
                       "options.scaler has %zu columns, expected %zu as the network has "
                       "inputs",
                       scaler->cols, network->inputs);
    return BP_OK;
}

bp_status bp_save_check(struct bp_network *network, const bp_save_options *given,
                        bp_save_options *options)
{
    bp_status status;

    (void)bp_save_options_init(options);
    if (given != NULL)
        *options = *given;
    status = check_options(network, options, &network->text);
    if (status == BP_OK && !network->built)
        status = bp_fail(&network->text, BP_ESTATE, "the network is not built");
    return status == BP_OK ? check_scaler(network, options->scaler, &network->text)
                           : status;
}

static bp_status to_file(void *user, const void *bytes, size_t size)
{
    return bp_save_write(user, bytes, size);
}

bp_status bp_output_file(const struct bp_output *output, const struct bp_host *host,
                         const char *path, struct bp_text *text)
{
    struct bp_save file;
    const bp_status status = bp_save_begin(&file, host, path, text);

    if (status != BP_OK)
        return status;
    return bp_save_end(&file, output->produce(output->context, to_file, &file));
}

static bp_status to_count(void *user, const void *bytes, size_t size)
{
    size_t *count = user;

    (void)bytes;
    *count += size;
    return BP_OK;
}

static bp_status to_memory(void *user, const void *bytes, size_t size)
{
    unsigned char **at = user;

    memcpy(*at, bytes, size);
    *at += size;
    return BP_OK;
}

bp_status bp_output_memory(const struct bp_output *output, void *bytes, size_t capacity,
                           size_t *size, struct bp_text *text)
{
    unsigned char *at = bytes;
    size_t needed = 0;
    bp_status status = output->produce(output->context, to_count, &needed);

    if (status != BP_OK)
        return status;
    if (needed > capacity)
        status = bp_fail(text, BP_ELIMIT, "capacity is %zu, expected at least %zu",
                         capacity, needed);
    else
        status = output->produce(output->context, to_memory, &at);
    *size = needed;
    return status;
}
