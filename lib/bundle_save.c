/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a model: header, then tensors. They are made twice: once for the checksum,
 * which stands in front, and once to be written. Nothing is written before all that can
 * be wrong with the network was seen.
 */
#include "bundle.h"

#include "env_save.h"

#include <string.h>

struct saving {
    const struct bp_network *network;
    bp_save_options options;
    struct bp_text *text;
    struct bp_st_writer writer;
    struct bp_mover *mover;
};

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
    (void)bp_save_options_init(&s->options);
    if (options != NULL)
        s->options = *options;
    status = check_options(network, &s->options, s->text);
    if (status == BP_OK && !network->built)
        status = bp_fail(s->text, BP_ESTATE, "the network is not built");
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

static bp_status send_all(struct saving *s, bp_sink_fn sink, void *user)
{
    const bp_status status = sink(user, s->writer.out.room.data, s->writer.out.used);

    return status == BP_OK ? send_tensors(s, sink, user, NULL) : status;
}

static bp_status to_file(void *user, const void *bytes, size_t size)
{
    return bp_save_write(user, bytes, size);
}

bp_status bp_network_save(bp_network *network, const char *path,
                          const bp_save_options *options)
{
    struct saving s;
    struct bp_save file;
    bp_status status;

    if (network == NULL)
        return BP_EINVAL;
    if (path == NULL)
        return bp_fail_null(&network->text, "path");
    status = begin(&s, network, options);
    if (status != BP_OK)
        return status;
    status = bp_save_begin(&file, &network->host, path, s.text);
    if (status == BP_OK)
        status = bp_save_end(&file, send_all(&s, to_file, &file));
    end(&s);
    return status;
}

static bp_status to_memory(void *user, const void *bytes, size_t size)
{
    unsigned char **at = user;

    memcpy(*at, bytes, size);
    *at += size;
    return BP_OK;
}

bp_status bp_network_save_memory(bp_network *network, const bp_save_options *options,
                                 void *bytes, size_t capacity, size_t *size)
{
    struct saving s;
    unsigned char *at = bytes;
    bp_status status;
    size_t needed;

    if (network == NULL)
        return BP_EINVAL;
    if (size == NULL || (bytes == NULL && capacity > 0))
        return bp_fail_null(&network->text, size == NULL ? "size" : "bytes");
    status = begin(&s, network, options);
    if (status != BP_OK)
        return status;
    needed = s.writer.out.used + s.writer.offset;
    if (needed > capacity)
        status = bp_fail(&network->text, BP_ELIMIT,
                         "capacity is %zu, expected at least %zu", capacity, needed);
    else
        status = send_all(&s, to_memory, &at);
    end(&s);
    *size = needed;
    return status;
}
