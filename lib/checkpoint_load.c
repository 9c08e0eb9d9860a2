/* SPDX-License-Identifier: MIT */
/*
 * Load: the header within its limit, all checks on it, memory for the tensors within
 * theirs, the data, the checksum; only then does the snapshot hold it. Whether a trainer
 * can go on from it is for bp_trainer_restore() to see.
 */
#include "checkpoint.h"

#include "env_source.h"
#include "format/exact.h"
#include "format/quote.h"

#include <string.h>

struct loading {
    struct bp_frame frame;
    const bp_load_options *options;
    struct bp_snapshot_content content;
    uint64_t minor; /**< Of the file's format. */
};

static bp_status no_memory(const struct loading *l)
{
    return bp_fail(l->frame.text, BP_ENOMEM, "out of memory to load the snapshot");
}

static bp_status fail_value(const struct loading *l, const char *key, const char *value,
                            const char *expected)
{
    struct bp_quote quote[2];

    return bp_fail(l->frame.text, BP_EDATA, "metadata %s is %s, expected %s",
                   bp_quote(&quote[0], key, strlen(key)),
                   bp_quote(&quote[1], value, strlen(value)), expected);
}

/* ---- versions ---- */

static bp_status want(struct loading *l, const char *key, const char **value)
{
    *value = bp_st_value(&l->frame.header, key);
    if (*value != NULL)
        return BP_OK;
    return bp_fail(l->frame.text, BP_EDATA, "metadata '%s' is missing", key);
}

static bp_status read_format(struct loading *l)
{
    const size_t length = strlen(bp_checkpoint_format);
    const char *value = NULL;
    uint64_t major = 0;
    const bp_status status = want(l, "format", &value);

    if (status != BP_OK)
        return status;
    if (strncmp(value, bp_checkpoint_format, length) != 0 ||
        !bp_format_version(value + length, &major, &l->minor) || major == 0)
        return fail_value(l, "format", value, "as \"backprop-checkpoint 1.0\"");
    if (major > BP_CHECKPOINT_MAJOR)
        return bp_fail(l->frame.text, BP_EUNSUPPORTED,
                       "the format has version %llu, this library reads versions to %d",
                       (unsigned long long)major, BP_CHECKPOINT_MAJOR);
    return BP_OK;
}

static bp_status read_origin(struct loading *l)
{
    const char *value = NULL;
    uint64_t numerics;
    bp_status status = want(l, "checksum", &value);

    if (status == BP_OK)
        status = want(l, "library", &value);
    if (status == BP_OK && strspn(value, "0123456789.") != strlen(value))
        status = fail_value(l, "library", value, "a version, as \"0.1.0\"");
    if (status == BP_OK)
        status = want(l, "numerics", &value);
    if (status == BP_OK &&
        (!bp_exact_read_whole(value, UINT32_MAX, &numerics) || numerics == 0))
        status = fail_value(l, "numerics", value, "a whole number from 1 on");
    return status;
}

/* ---- numbers ---- */

static bool begins(const char *key, const char *prefix)
{
    return strncmp(key, prefix, strlen(prefix)) == 0;
}

/* Keys differ, but a whole and a real number can have one name. */
static bool is_whole_too(struct loading *l, const char *name)
{
    char key[BP_NAME_SIZE + sizeof bp_checkpoint_whole];

    memcpy(key, bp_checkpoint_whole, sizeof bp_checkpoint_whole);
    memcpy(key + strlen(key), name, strlen(name) + 1);
    return bp_st_value(&l->frame.header, key) != NULL;
}

static bp_status take_number(struct loading *l, const char *name, const char *value,
                             bool is_real)
{
    struct bp_snapshot_number number = {.is_real = is_real};

    if (!bp_snapshot_name(number.name, name))
        return fail_value(l, name, value,
                          "a name of 1 to 63 letters, digits, '.', '_', '-'");
    if (is_real ? !bp_exact_read(value, &number.real)
                : !bp_exact_read_whole(value, UINT64_MAX, &number.whole))
        return fail_value(l, name, value, is_real ? "a number" : "a whole number");
    if (is_real && is_whole_too(l, number.name))
        return bp_fail(l->frame.text, BP_EDATA, "number '%s' is there twice",
                       number.name);
    return bp_snapshot_put_number(l->frame.host, &l->content, &number) ? BP_OK
                                                                       : no_memory(l);
}

static bp_status take_pair(struct loading *l, const struct bp_st_pair *pair)
{
    struct bp_quote quote;

    if (begins(pair->key, bp_checkpoint_whole))
        return take_number(l, pair->key + strlen(bp_checkpoint_whole), pair->value,
                           false);
    if (begins(pair->key, bp_checkpoint_real))
        return take_number(l, pair->key + strlen(bp_checkpoint_real), pair->value, true);
    if (pair->used || l->minor > BP_CHECKPOINT_MINOR)
        return BP_OK;
    return bp_fail(l->frame.text, BP_EDATA, "metadata %s has no meaning here",
                   bp_quote(&quote, pair->key, strlen(pair->key)));
}

static bp_status read_numbers(struct loading *l)
{
    bp_status status = BP_OK;

    for (size_t i = 0; i < l->frame.header.pair_count && status == BP_OK; i++)
        status = take_pair(l, &l->frame.header.pairs[i]);
    return status;
}

/* ---- tensors ---- */

static bp_status check_tensor(const struct loading *l, const struct bp_st_tensor *tensor)
{
    char name[BP_NAME_SIZE];
    struct bp_quote quote;

    if (bp_snapshot_name(name, tensor->name) && tensor->rank == 2 &&
        (tensor->dtype == BP_DTYPE_F32 || tensor->dtype == BP_DTYPE_F64))
        return BP_OK;
    return bp_fail(l->frame.text, BP_EDATA,
                   "tensor %s is no F32 or F64 of two dimensions with a name of letters, "
                   "digits, '.', '_' and '-'",
                   bp_quote(&quote, tensor->name, strlen(tensor->name)));
}

/* Doubles come before floats, so that what is loaded and saved has the same bytes. */
static bp_status check_tensors(const struct loading *l)
{
    const struct bp_st_header *header = &l->frame.header;
    bp_status status = BP_OK;

    if (header->tensor_count == 0)
        return bp_fail(l->frame.text, BP_EDATA, "there is no tensor");
    if (header->data_size > l->options->memory_limit)
        return bp_fail(l->frame.text, BP_ELIMIT,
                       "the tensors need %zu bytes, options.memory_limit is %llu",
                       header->data_size, (unsigned long long)l->options->memory_limit);
    for (size_t i = 0; i < header->tensor_count && status == BP_OK; i++) {
        status = check_tensor(l, &header->tensors[i]);
        if (status == BP_OK && i > 0 && header->tensors[i].dtype == BP_DTYPE_F64 &&
            header->tensors[i - 1].dtype == BP_DTYPE_F32)
            status = bp_fail(l->frame.text, BP_EDATA,
                             "tensor '%s' is F64 behind one in F32, expected before",
                             header->tensors[i].name);
    }
    return status;
}

static bp_status read_tensor(struct loading *l, const struct bp_st_tensor *tensor)
{
    struct bp_snapshot_tensor added = {
        .precision = tensor->dtype == BP_DTYPE_F64 ? BP_PRECISION_F64 : BP_PRECISION_F32,
        .rows = tensor->shape[0],
        .cols = tensor->shape[1]};
    struct bp_stored stored;

    (void)bp_name_copy(added.name, tensor->name);
    if (bp_snapshot_put_tensor(l->frame.host, &l->content, &added) == NULL)
        return no_memory(l);
    stored = bp_checkpoint_stored(&l->content.tensors[l->content.tensor_count - 1]);
    return bp_frame_tensor(&l->frame, &stored);
}

/* ---- all of it ---- */

static bp_status read_all(struct loading *l)
{
    bp_status status = bp_frame_header(&l->frame, l->options->header_limit);

    if (status == BP_OK)
        status = read_format(l);
    if (status == BP_OK)
        status = read_origin(l);
    if (status == BP_OK)
        status = check_tensors(l);
    if (status == BP_OK)
        status = read_numbers(l);
    if (status == BP_OK)
        status = bp_frame_checksum(&l->frame);
    for (size_t i = 0; i < l->frame.header.tensor_count && status == BP_OK; i++)
        status = read_tensor(l, &l->frame.header.tensors[i]);
    return status == BP_OK ? bp_frame_close(&l->frame) : status;
}

/* What was read goes to @p content; nothing is in it if this fails. */
static bp_status load(struct bp_snapshot *snapshot, const bp_load_options *options,
                      struct bp_source *source, struct bp_snapshot_content *content)
{
    struct loading l = {.frame = {.host = &snapshot->host,
                                  .text = &snapshot->text,
                                  .source = source,
                                  .what = "snapshot"},
                        .options = options};
    bp_status status = bp_frame_begin(&l.frame);

    if (status != BP_OK)
        return status;
    status = read_all(&l);
    bp_frame_end(&l.frame);
    if (status != BP_OK)
        bp_snapshot_free(&snapshot->host, &l.content);
    *content = l.content;
    return status;
}

static void replace(struct bp_snapshot *snapshot,
                    const struct bp_snapshot_content *content)
{
    bp_snapshot_free(&snapshot->host, &snapshot->content);
    snapshot->content = *content;
}

bp_status bp_snapshot_load(bp_snapshot *snapshot, const char *path,
                           const bp_load_options *options)
{
    struct bp_snapshot_content content = {.tensor_count = 0};
    bp_load_options defaults;
    struct bp_source source;
    bp_status status;

    if (snapshot == NULL)
        return BP_EINVAL;
    if (path == NULL)
        return bp_fail_null(&snapshot->text, "path");
    status = bp_load_check(&options, &defaults, &snapshot->text);
    if (status == BP_OK)
        status = bp_source_open(&source, &snapshot->host, path, &snapshot->text);
    if (status != BP_OK)
        return status;
    status = bp_source_close(&source, load(snapshot, options, &source, &content));
    if (status == BP_OK)
        replace(snapshot, &content);
    else
        bp_snapshot_free(&snapshot->host, &content);
    return bp_frame_blame(path, status, &snapshot->text);
}

bp_status bp_snapshot_load_memory(bp_snapshot *snapshot, const void *bytes, size_t size,
                                  const bp_load_options *options)
{
    struct bp_snapshot_content content = {.tensor_count = 0};
    bp_load_options defaults;
    struct bp_source source;
    bp_status status;

    if (snapshot == NULL)
        return BP_EINVAL;
    if (bytes == NULL)
        return bp_fail_null(&snapshot->text, "bytes");
    status = bp_load_check(&options, &defaults, &snapshot->text);
    if (status != BP_OK)
        return status;
    bp_source_memory(&source, bytes, size, &snapshot->text);
    status = load(snapshot, options, &source, &content);
    if (status == BP_OK)
        replace(snapshot, &content);
    return status;
}
