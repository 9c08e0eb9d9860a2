/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a checkpoint: header, then tensors; made twice as those of a model, once
 * for the checksum and once to be written.
 */
#include "checkpoint.h"

#include "format/exact.h"

#include <string.h>

const char bp_checkpoint_whole[7] = "whole.";
const char bp_checkpoint_real[6] = "real.";
const char bp_checkpoint_format[] = "backprop-checkpoint ";

struct bp_stored bp_checkpoint_stored(const struct bp_snapshot_tensor *tensor)
{
    struct bp_stored stored = {
        .dtype = tensor->precision == BP_PRECISION_F64 ? BP_DTYPE_F64 : BP_DTYPE_F32,
        .rank = 2,
        .elements = tensor->values,
        .rows = tensor->rows,
        .cols = tensor->cols,
        .row_stride = tensor->cols,
        .col_stride = 1,
    };

    memcpy(stored.name.text, tensor->name, BP_NAME_SIZE);
    return stored;
}

const struct bp_snapshot_tensor *bp_checkpoint_next(
    const struct bp_snapshot_content *content, size_t *index)
{
    while (*index < 2 * content->tensor_count) {
        const size_t i = (*index)++;
        const bool second = i >= content->tensor_count;
        const struct bp_snapshot_tensor *tensor =
            &content->tensors[second ? i - content->tensor_count : i];

        if ((tensor->precision == BP_PRECISION_F64) != second)
            return tensor;
    }
    return NULL;
}

struct saving {
    struct bp_snapshot *snapshot;
    struct bp_st_writer writer;
    struct bp_mover *mover;
};

/* ---- the header ---- */

static bp_status put_number(struct bp_st_writer *writer,
                            const struct bp_snapshot_number *number, struct bp_text *text)
{
    const char *prefix = number->is_real ? bp_checkpoint_real : bp_checkpoint_whole;
    const size_t length = strlen(prefix);
    char key[BP_NAME_SIZE + 8];
    struct bp_exact exact;

    if (number->is_real && number->real - number->real != 0)
        return bp_fail(text, BP_EDATA,
                       "snapshot has '%s' at %s, expected a finite number", number->name,
                       bp_number(number->real).text);
    memcpy(key, prefix, length);
    memcpy(key + length, number->name, BP_NAME_SIZE);
    bp_st_pair(writer, key,
               number->is_real ? bp_exact_write(&exact, number->real)
                               : bp_exact_whole(&exact, number->whole));
    return BP_OK;
}

static void put_tensors(struct bp_st_writer *writer,
                        const struct bp_snapshot_content *content)
{
    const struct bp_snapshot_tensor *tensor;
    size_t index = 0;

    while ((tensor = bp_checkpoint_next(content, &index)) != NULL) {
        const struct bp_stored stored = bp_checkpoint_stored(tensor);
        const struct bp_st_tensor described = bp_stored_tensor(&stored);

        bp_st_tensor(writer, &described);
    }
}

static bp_status put_header(struct saving *s)
{
    const struct bp_snapshot_content *content = &s->snapshot->content;
    struct bp_st_writer *writer = &s->writer;
    struct bp_exact numerics;
    bp_status status = BP_OK;

    bp_st_pair(writer, "checksum", "00000000");
    bp_st_pair(writer, "format", "backprop-checkpoint 1.0");
    bp_st_pair(writer, "library", bp_version_text());
    bp_st_pair(writer, "numerics", bp_exact_whole(&numerics, BP_NUMERICS));
    for (size_t i = 0; i < content->number_count && status == BP_OK; i++)
        status = put_number(writer, &content->numbers[i], &s->snapshot->text);
    if (status != BP_OK)
        return status;
    put_tensors(writer, content);
    return bp_st_finish(writer, BP_DATA_ALIGNMENT, &s->snapshot->text);
}

/* ---- the bytes ---- */

static bp_status send_tensors(struct saving *s, bp_sink_fn sink, void *user,
                              struct bp_text *text)
{
    const struct bp_snapshot_tensor *tensor;
    size_t index = 0;
    bp_status status = BP_OK;

    while (status == BP_OK &&
           (tensor = bp_checkpoint_next(&s->snapshot->content, &index)) != NULL) {
        const struct bp_stored stored = bp_checkpoint_stored(tensor);

        status = bp_move_out(s->mover, &stored, sink, user, text);
    }
    return status;
}

static bp_status to_checksum(void *user, const void *bytes, size_t size)
{
    bp_crc32_add(user, bytes, size);
    return BP_OK;
}

static bp_status put_checksum(struct saving *s)
{
    struct bp_crc32 *crc = &s->mover->crc;
    const struct bp_out *out = &s->writer.out;
    bp_status status;

    bp_crc32_begin(crc);
    bp_crc32_add(crc, out->room.data, out->used);
    status = send_tensors(s, to_checksum, crc, &s->snapshot->text);
    if (status == BP_OK)
        bp_checksum_write((char *)out->room.data + bp_checksum_at(), bp_crc32_value(crc));
    return status;
}

static bp_status send_all(void *context, bp_sink_fn sink, void *user)
{
    struct saving *s = context;
    const bp_status status = sink(user, s->writer.out.room.data, s->writer.out.used);

    return status == BP_OK ? send_tensors(s, sink, user, NULL) : status;
}

static void end(struct saving *s)
{
    bp_st_release_writer(&s->writer);
    bp_host_release(&s->snapshot->host, s->mover, sizeof *s->mover);
}

/* Everything but the writing; nothing is left to end if it fails. */
static bp_status begin(struct saving *s, struct bp_snapshot *snapshot)
{
    const struct bp_host *host = &snapshot->host;
    bp_status status;

    *s = (struct saving){.snapshot = snapshot};
    if (snapshot->content.tensor_count == 0)
        return bp_fail(&snapshot->text, BP_ESTATE, "the snapshot holds no tensor");
    s->mover = bp_host_allocate(host, sizeof *s->mover);
    if (s->mover == NULL)
        return bp_fail(&snapshot->text, BP_ENOMEM, "out of memory to save the snapshot");
    bp_st_begin(&s->writer, host);
    status = put_header(s);
    if (status == BP_OK)
        status = put_checksum(s);
    if (status != BP_OK)
        end(s);
    return status;
}

bp_status bp_snapshot_save(bp_snapshot *snapshot, const char *path)
{
    struct saving s;
    const struct bp_output output = {send_all, &s};
    bp_status status;

    if (snapshot == NULL)
        return BP_EINVAL;
    if (path == NULL)
        return bp_fail_null(&snapshot->text, "path");
    status = begin(&s, snapshot);
    if (status != BP_OK)
        return status;
    status = bp_output_file(&output, &snapshot->host, path, &snapshot->text);
    end(&s);
    return status;
}

bp_status bp_snapshot_save_memory(bp_snapshot *snapshot, void *bytes, size_t capacity,
                                  size_t *size)
{
    struct saving s;
    const struct bp_output output = {send_all, &s};
    bp_status status;

    if (snapshot == NULL)
        return BP_EINVAL;
    if (size == NULL || (bytes == NULL && capacity > 0))
        return bp_fail_null(&snapshot->text, size == NULL ? "size" : "bytes");
    status = begin(&s, snapshot);
    if (status != BP_OK)
        return status;
    status = bp_output_memory(&output, bytes, capacity, size, &snapshot->text);
    end(&s);
    return status;
}
