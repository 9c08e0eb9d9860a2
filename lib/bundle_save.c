/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a model: header, then tensors. They are made twice: once for the checksum,
 * which stands in front, and once to be written. Nothing is written before all that can
 * be wrong with the network was seen.
 */
#include "bundle.h"

#include <string.h>

struct saving {
    const struct bp_network *network;
    bp_save_options options;
    struct bp_text *text;
    struct bp_st_writer writer;
    struct bp_mover *mover;
};

static bp_status send_tensors(struct saving *s, bp_sink_fn sink, void *user,
                              struct bp_text *text)
{
    struct bp_walk walk = {s->network, s->options.scaler, 0};
    struct bp_stored stored;
    bp_status status = BP_OK;

    while (status == BP_OK && bp_walk_next(&walk, &stored))
        status = bp_move_out(s->mover, &stored, sink, user, text);
    return status;
}

static bp_status to_checksum(void *user, const void *bytes, size_t size)
{
    bp_crc32_add(user, bytes, size);
    return BP_OK;
}

/* Header and tensors as they will be, the digits of the checksum as zeros. */
static bp_status put_checksum(struct saving *s)
{
    struct bp_crc32 *crc = &s->mover->crc;
    const struct bp_out *out = &s->writer.out;
    bp_status status;

    bp_crc32_begin(crc);
    bp_crc32_add(crc, out->room.data, out->used);
    status = send_tensors(s, to_checksum, crc, s->text);
    if (status == BP_OK)
        bp_checksum_write((char *)out->room.data + bp_checksum_at(), bp_crc32_value(crc));
    return status;
}

static void end(struct saving *s)
{
    const struct bp_host *host = &s->network->host;

    bp_st_release_writer(&s->writer);
    bp_host_release(host, s->mover, sizeof *s->mover);
}

/* Everything but the writing; nothing is left to end if it fails. */
static bp_status begin(struct saving *s, struct bp_network *network,
                       const bp_save_options *options)
{
    bp_status status;

    *s = (struct saving){.network = network, .text = &network->text};
    status = bp_save_check(network, options, &s->options);
    if (status != BP_OK)
        return status;
    s->mover = bp_host_allocate(&network->host, sizeof *s->mover);
    if (s->mover == NULL)
        return bp_fail(s->text, BP_ENOMEM, "out of memory to save the network");
    bp_st_begin(&s->writer, &network->host);
    status = bp_header_write(&s->writer, network, &s->options, s->text);
    if (status == BP_OK)
        status = put_checksum(s);
    if (status != BP_OK)
        end(s);
    return status;
}

static bp_status send_all(void *context, bp_sink_fn sink, void *user)
{
    struct saving *s = context;
    const bp_status status = sink(user, s->writer.out.room.data, s->writer.out.used);

    return status == BP_OK ? send_tensors(s, sink, user, NULL) : status;
}

bp_status bp_network_save(bp_network *network, const char *path,
                          const bp_save_options *options)
{
    struct saving s;
    const struct bp_output output = {send_all, &s};
    bp_status status;

    if (network == NULL)
        return BP_EINVAL;
    if (path == NULL)
        return bp_fail_null(&network->text, "path");
    status = begin(&s, network, options);
    if (status != BP_OK)
        return status;
    status = bp_output_file(&output, &network->host, path, s.text);
    end(&s);
    return status;
}

bp_status bp_network_save_memory(bp_network *network, const bp_save_options *options,
                                 void *bytes, size_t capacity, size_t *size)
{
    struct saving s;
    const struct bp_output output = {send_all, &s};
    bp_status status;

    if (network == NULL)
        return BP_EINVAL;
    if (size == NULL || (bytes == NULL && capacity > 0))
        return bp_fail_null(&network->text, size == NULL ? "size" : "bytes");
    status = begin(&s, network, options);
    if (status != BP_OK)
        return status;
    status = bp_output_memory(&output, bytes, capacity, size, s.text);
    end(&s);
    return status;
}
