/* SPDX-License-Identifier: MIT */
/*
 * What every file of the profile begins and ends with: the size of the header, the header
 * within its limit, and a checksum over every byte.
 */
#include "bundle.h"

#include "env_source.h"

#include <string.h>

static bp_status no_memory(const struct bp_frame *frame)
{
    return bp_fail(frame->text, BP_ENOMEM, "out of memory to load the %s", frame->what);
}

bp_status bp_frame_begin(struct bp_frame *frame)
{
    frame->mover = bp_host_allocate(frame->host, sizeof *frame->mover);
    if (frame->mover == NULL)
        return no_memory(frame);
    bp_crc32_begin(&frame->mover->crc);
    return BP_OK;
}

void bp_frame_end(struct bp_frame *frame)
{
    bp_st_release(frame->host, &frame->header);
    bp_host_release(frame->host, frame->json.data, frame->json.size);
    bp_host_release(frame->host, frame->mover, sizeof *frame->mover);
}

static bp_status check_room(const struct bp_frame *frame, size_t size)
{
    const uint64_t left = frame->source->size - frame->source->at;

    if (frame->source->size == UINT64_MAX || size <= left)
        return BP_OK;
    return bp_fail(frame->text, BP_EDATA,
                   "the header has %zu bytes, the data after its size only %llu", size,
                   (unsigned long long)left);
}

static bp_status read_json(struct bp_frame *frame, size_t limit)
{
    unsigned char prefix[BP_ST_PREFIX];
    size_t size = 0;
    bp_status status = bp_source_read(frame->source, prefix, sizeof prefix);

    if (status == BP_OK)
        status = bp_st_prefix(prefix, limit, &size, frame->text);
    if (status == BP_OK)
        status = check_room(frame, size);
    if (status != BP_OK)
        return status;
    frame->json.data = bp_host_allocate(frame->host, size);
    if (frame->json.data == NULL)
        return no_memory(frame);
    frame->json.size = size;
    bp_crc32_add(&frame->mover->crc, prefix, sizeof prefix);
    return bp_source_read(frame->source, frame->json.data, size);
}

static bp_status check_data_size(const struct bp_frame *frame)
{
    const uint64_t left = frame->source->size - frame->source->at;

    if (frame->source->size == UINT64_MAX || left == frame->header.data_size)
        return BP_OK;
    return bp_fail(frame->text, BP_EDATA,
                   "the tensors have %zu bytes, the data behind the header %llu",
                   frame->header.data_size, (unsigned long long)left);
}

bp_status bp_frame_header(struct bp_frame *frame, size_t limit)
{
    bp_status status = read_json(frame, limit);

    if (status == BP_OK)
        status = bp_st_parse(frame->host, frame->json.data, frame->json.size,
                             &frame->header, frame->text);
    return status == BP_OK ? check_data_size(frame) : status;
}

static int hex_of(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bp_status fail_checksum(const struct bp_frame *frame)
{
    return bp_fail(frame->text, BP_EDATA,
                   "the header does not begin with a checksum of 8 digits");
}

/* It stands at a fixed place, and counts as zeros for itself. */
bp_status bp_frame_checksum(struct bp_frame *frame)
{
    const size_t length = strlen(bp_header_begin);
    unsigned char *digits = frame->json.data + length;

    if (frame->json.size < length + BP_CHECKSUM_SIZE ||
        memcmp(frame->json.data, bp_header_begin, length) != 0)
        return fail_checksum(frame);
    for (int i = 0; i < BP_CHECKSUM_SIZE; i++) {
        if (hex_of(digits[i]) < 0)
            return fail_checksum(frame);
        frame->checksum = frame->checksum << 4 | (uint32_t)hex_of(digits[i]);
        digits[i] = '0';
    }
    bp_crc32_add(&frame->mover->crc, frame->json.data, frame->json.size);
    return BP_OK;
}

static bp_status from_source(void *user, void *bytes, size_t size)
{
    return bp_source_read(user, bytes, size);
}

bp_status bp_frame_tensor(struct bp_frame *frame, const struct bp_stored *stored)
{
    return bp_move_in(frame->mover, stored, from_source, frame->source, frame->text);
}

bp_status bp_frame_close(struct bp_frame *frame)
{
    const bp_status status = bp_source_end(frame->source);

    if (status != BP_OK || bp_crc32_value(&frame->mover->crc) == frame->checksum)
        return status;
    return bp_fail(frame->text, BP_EDATA,
                   "the checksum is %08lx, expected %08lx as the header says: the "
                   "data are damaged",
                   (unsigned long)bp_crc32_value(&frame->mover->crc),
                   (unsigned long)frame->checksum);
}

/* Load options and blame: what all loads share. */

bp_status bp_load_check(const bp_load_options **options, bp_load_options *defaults,
                        struct bp_text *text)
{
    const bp_load_options *given = *options;

    (void)bp_load_options_init(defaults);
    if (given == NULL) {
        *options = defaults;
        return BP_OK;
    }
    if (given->struct_size != sizeof *given)
        return bp_fail(text, BP_EINVAL,
                       "options.struct_size is %u, expected %zu, as set by "
                       "bp_load_options_init",
                       (unsigned int)given->struct_size, sizeof *given);
    if (given->header_limit == 0 || given->header_limit > BP_ST_HEADER_LIMIT)
        return bp_fail(text, BP_EINVAL, "options.header_limit is %zu, expected 1 to %d",
                       given->header_limit, BP_ST_HEADER_LIMIT);
    if (given->activations == NULL && given->activation_count != 0)
        return bp_fail_null(text, "options.activations");
    if (given->layers == NULL && given->layer_count != 0)
        return bp_fail_null(text, "options.layers");
    if (given->costs == NULL && given->cost_count != 0)
        return bp_fail_null(text, "options.costs");
    return BP_OK;
}

enum { SHOWN = 100 };

bp_status bp_frame_blame(const char *path, bp_status status, struct bp_text *text)
{
    const struct bp_text reason = *text;
    const size_t length = strlen(path);

    if (status == BP_OK || status == BP_EIO)
        return status;
    return bp_fail(text, status, "%s: %s", path + (length > SHOWN ? length - SHOWN : 0),
                   reason.line);
}
