/* SPDX-License-Identifier: MIT */
/*
 * Load: size of the header, the header within its limit, all checks on it, the network
 * that it describes within its limit, the data block by block, the checksum; only then
 * has the bundle anything in it.
 */
#include "bundle.h"

#include "env_source.h"

#include <string.h>

#define MEMORY_LIMIT (UINT64_C(1) << 30)

bp_status bp_load_options_init(bp_load_options *options)
{
    if (options == NULL)
        return BP_EINVAL;
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
    options->isa = BP_ISA_BEST;
    options->memory_limit = MEMORY_LIMIT;
    options->header_limit = BP_ST_HEADER_LIMIT;
    return BP_OK;
}

static bp_status check_scaler(const struct bp_bundle *bundle, struct bp_text *text)
{
    const struct bp_scaler *scaler = bundle->scaler;

    for (size_t col = 0; scaler != NULL && col < scaler->cols; col++)
        if (!(scaler->columns[col].scale > 0))
            return bp_fail(text, BP_EDATA, "scaler.scale[%zu] is %s, expected above 0",
                           col, bp_number(scaler->columns[col].scale).text);
    return BP_OK;
}

static bp_status read_data(struct bp_bundle *bundle, struct bp_frame *frame)
{
    struct bp_walk walk = {bundle->network, bundle->scaler, 0};
    struct bp_stored stored;
    bp_status status = BP_OK;

    while (status == BP_OK && bp_walk_next(&walk, &stored))
        status = bp_frame_tensor(frame, &stored);
    if (status == BP_OK)
        status = bp_frame_close(frame);
    return status == BP_OK ? check_scaler(bundle, &bundle->text) : status;
}

static bp_status read_all(struct bp_bundle *bundle, struct bp_frame *frame,
                          const bp_load_options *options)
{
    bp_status status = bp_frame_header(frame, options->header_limit);

    if (status == BP_OK)
        status = bp_header_read(bundle, &frame->header, options);
    if (status == BP_OK)
        status = bp_frame_checksum(frame);
    return status == BP_OK ? read_data(bundle, frame) : status;
}

static bp_status load(struct bp_bundle *bundle, const bp_load_options *options,
                      struct bp_source *source)
{
    struct bp_frame frame = {
        .host = &bundle->host, .text = &bundle->text, .source = source, .what = "model"};
    bp_status status = bp_frame_begin(&frame);

    if (status != BP_OK)
        return status;
    status = read_all(bundle, &frame, options);
    bp_frame_end(&frame);
    if (status != BP_OK)
        bp_bundle_clear(bundle);
    return status;
}

/* What both calls check; the defaults where there are no options. */
static bp_status check_arguments(struct bp_bundle *bundle,
                                 const bp_load_options **options,
                                 bp_load_options *defaults)
{
    if (bundle->network != NULL)
        return bp_fail(&bundle->text, BP_ESTATE,
                       "the bundle is loaded, expected an empty one");
    return bp_load_check(options, defaults, &bundle->text);
}

bp_status bp_bundle_load(bp_bundle *bundle, const char *path,
                         const bp_load_options *options)
{
    bp_load_options defaults;
    struct bp_source source;
    bp_status status;

    if (bundle == NULL)
        return BP_EINVAL;
    if (path == NULL)
        return bp_fail_null(&bundle->text, "path");
    status = check_arguments(bundle, &options, &defaults);
    if (status == BP_OK)
        status = bp_source_open(&source, &bundle->host, path, &bundle->text);
    if (status != BP_OK)
        return status;
    status = bp_source_close(&source, load(bundle, options, &source));
    if (status != BP_OK)
        bp_bundle_clear(bundle);
    return bp_frame_blame(path, status, &bundle->text);
}

bp_status bp_bundle_load_memory(bp_bundle *bundle, const void *bytes, size_t size,
                                const bp_load_options *options)
{
    bp_load_options defaults;
    struct bp_source source;
    bp_status status;

    if (bundle == NULL)
        return BP_EINVAL;
    if (bytes == NULL)
        return bp_fail_null(&bundle->text, "bytes");
    status = check_arguments(bundle, &options, &defaults);
    if (status != BP_OK)
        return status;
    bp_source_memory(&source, bytes, size, &bundle->text);
    return load(bundle, options, &source);
}
