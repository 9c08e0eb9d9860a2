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

struct loading {
    struct bp_bundle *bundle;
    const bp_load_options *options;
    struct bp_source *source;
    struct bp_bytes json;
    struct bp_mover *mover;
    uint32_t checksum; /* As the header says. */
    struct bp_st_header header;
};

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

static bp_status check_options(const bp_load_options *options, struct bp_text *text)
{
    if (options->struct_size != sizeof *options)
        return bp_fail(text, BP_EINVAL,
                       "options.struct_size is %u, expected %zu, as set by "
                       "bp_load_options_init",
                       (unsigned int)options->struct_size, sizeof *options);
    if (options->header_limit == 0 || options->header_limit > BP_ST_HEADER_LIMIT)
        return bp_fail(text, BP_EINVAL, "options.header_limit is %zu, expected 1 to %d",
                       options->header_limit, BP_ST_HEADER_LIMIT);
    if (options->activations == NULL && options->activation_count != 0)
        return bp_fail_null(text, "options.activations");
    if (options->layers == NULL && options->layer_count != 0)
        return bp_fail_null(text, "options.layers");
    if (options->costs == NULL && options->cost_count != 0)
        return bp_fail_null(text, "options.costs");
    return BP_OK;
}

/* The header. */

static bp_status no_memory(const struct loading *l)
{
    return bp_fail(&l->bundle->text, BP_ENOMEM, "out of memory to load the model");
}

static bp_status check_room(const struct loading *l, size_t size)
{
    const uint64_t left = l->source->size - l->source->at;

    if (l->source->size == UINT64_MAX || size <= left)
        return BP_OK;
    return bp_fail(&l->bundle->text, BP_EDATA,
                   "the header has %zu bytes, the data after its size only %llu", size,
                   (unsigned long long)left);
}

static bp_status read_json(struct loading *l)
{
    struct bp_text *text = &l->bundle->text;
    unsigned char prefix[BP_ST_PREFIX];
    size_t size = 0;
    bp_status status = bp_source_read(l->source, prefix, sizeof prefix);

    if (status == BP_OK)
        status = bp_st_prefix(prefix, l->options->header_limit, &size, text);
    if (status == BP_OK)
        status = check_room(l, size);
    if (status != BP_OK)
        return status;
    l->json.data = bp_host_allocate(&l->bundle->host, size);
    if (l->json.data == NULL)
        return no_memory(l);
    l->json.size = size;
    bp_crc32_add(&l->mover->crc, prefix, sizeof prefix);
    return bp_source_read(l->source, l->json.data, size);
}

static int hex_of(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bp_status fail_checksum(const struct loading *l)
{
    return bp_fail(&l->bundle->text, BP_EDATA,
                   "the header does not begin with a checksum of 8 digits");
}

/* It stands at a fixed place, and counts as zeros for itself. */
static bp_status take_checksum(struct loading *l)
{
    const size_t length = strlen(bp_header_begin);
    unsigned char *digits = l->json.data + length;

    if (l->json.size < length + BP_CHECKSUM_SIZE ||
        memcmp(l->json.data, bp_header_begin, length) != 0)
        return fail_checksum(l);
    for (int i = 0; i < BP_CHECKSUM_SIZE; i++) {
        if (hex_of(digits[i]) < 0)
            return fail_checksum(l);
        l->checksum = l->checksum << 4 | (uint32_t)hex_of(digits[i]);
        digits[i] = '0';
    }
    bp_crc32_add(&l->mover->crc, l->json.data, l->json.size);
    return BP_OK;
}

static bp_status check_data_size(const struct loading *l)
{
    const uint64_t left = l->source->size - l->source->at;

    if (l->source->size == UINT64_MAX || left == l->header.data_size)
        return BP_OK;
    return bp_fail(&l->bundle->text, BP_EDATA,
                   "the tensors have %zu bytes, the data behind the header %llu",
                   l->header.data_size, (unsigned long long)left);
}

static bp_status read_header(struct loading *l)
{
    bp_status status = read_json(l);

    if (status == BP_OK)
        status = bp_st_parse(&l->bundle->host, l->json.data, l->json.size, &l->header,
                             &l->bundle->text);
    if (status == BP_OK)
        status = check_data_size(l);
    if (status == BP_OK)
        status = bp_header_read(l->bundle, &l->header, l->options);
    return status == BP_OK ? take_checksum(l) : status;
}

/* The data. */

static bp_status from_source(void *user, void *bytes, size_t size)
{
    return bp_source_read(user, bytes, size);
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

static bp_status read_data(struct loading *l)
{
    struct bp_bundle *bundle = l->bundle;
    struct bp_walk walk = {bundle->network, bundle->scaler, 0};
    struct bp_stored stored;
    bp_status status = BP_OK;

    while (status == BP_OK && bp_walk_next(&walk, &stored))
        status = bp_move_in(l->mover, &stored, from_source, l->source, &bundle->text);
    if (status == BP_OK)
        status = bp_source_end(l->source);
    if (status != BP_OK)
        return status;
    if (bp_crc32_value(&l->mover->crc) != l->checksum)
        return bp_fail(&bundle->text, BP_EDATA,
                       "the checksum is %08lx, expected %08lx as the header says: the "
                       "data are damaged",
                       (unsigned long)bp_crc32_value(&l->mover->crc),
                       (unsigned long)l->checksum);
    return check_scaler(bundle, &bundle->text);
}

static bp_status load(struct bp_bundle *bundle, const bp_load_options *options,
                      struct bp_source *source)
{
    struct loading l = {.bundle = bundle, .options = options, .source = source};
    const struct bp_host *host = &bundle->host;
    bp_status status;

    l.mover = bp_host_allocate(host, sizeof *l.mover);
    if (l.mover == NULL)
        return no_memory(&l);
    bp_crc32_begin(&l.mover->crc);
    status = read_header(&l);
    if (status == BP_OK)
        status = read_data(&l);
    bp_st_release(host, &l.header);
    bp_host_release(host, l.json.data, l.json.size);
    bp_host_release(host, l.mover, sizeof *l.mover);
    if (status != BP_OK)
        bp_bundle_clear(bundle);
    return status;
}

/* What both calls check; the defaults where there are no options. */
static bp_status check_arguments(struct bp_bundle *bundle,
                                 const bp_load_options **options,
                                 bp_load_options *defaults)
{
    (void)bp_load_options_init(defaults);
    if (*options == NULL)
        *options = defaults;
    if (bundle->network != NULL)
        return bp_fail(&bundle->text, BP_ESTATE,
                       "the bundle is loaded, expected an empty one");
    return check_options(*options, &bundle->text);
}

enum { SHOWN = 100 };

/* Put the name of the file, of which the end counts, before the line. */
static bp_status blame(const char *path, bp_status status, struct bp_text *text)
{
    const struct bp_text reason = *text;
    const size_t length = strlen(path);

    return bp_fail(text, status, "%s: %s", path + (length > SHOWN ? length - SHOWN : 0),
                   reason.line);
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
    return status == BP_OK || status == BP_EIO ? status
                                               : blame(path, status, &bundle->text);
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
