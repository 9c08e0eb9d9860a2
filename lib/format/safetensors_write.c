/* SPDX-License-Identifier: MIT */
#include "format/safetensors.h"

static const struct {
    const char *name;
    size_t size;
} dtypes[BP_DTYPE_COUNT] = {
    [BP_DTYPE_F64] = {"F64", 8},   [BP_DTYPE_F32] = {"F32", 4},
    [BP_DTYPE_F16] = {"F16", 2},   [BP_DTYPE_BF16] = {"BF16", 2},
    [BP_DTYPE_I64] = {"I64", 8},   [BP_DTYPE_I32] = {"I32", 4},
    [BP_DTYPE_I16] = {"I16", 2},   [BP_DTYPE_I8] = {"I8", 1},
    [BP_DTYPE_U64] = {"U64", 8},   [BP_DTYPE_U32] = {"U32", 4},
    [BP_DTYPE_U16] = {"U16", 2},   [BP_DTYPE_U8] = {"U8", 1},
    [BP_DTYPE_BOOL] = {"BOOL", 1},
};

const char *bp_dtype_name(enum bp_dtype dtype)
{
    return dtypes[dtype].name;
}

size_t bp_dtype_size(enum bp_dtype dtype)
{
    return dtypes[dtype].size;
}

static const unsigned char no_size[BP_ST_PREFIX];

void bp_st_begin(struct bp_st_writer *writer, const struct bp_host *host)
{
    *writer = (struct bp_st_writer){.pairs = 0};
    bp_out_begin(&writer->out, host);
    bp_out_bytes(&writer->out, no_size, sizeof no_size);
    bp_out_text(&writer->out, "{\"__metadata__\":{");
}

void bp_st_release_writer(struct bp_st_writer *writer)
{
    bp_out_release(&writer->out);
}

void bp_st_pair(struct bp_st_writer *writer, const char *key, const char *value)
{
    if (writer->pairs++ > 0)
        bp_out_text(&writer->out, ",");
    bp_out_json(&writer->out, key);
    bp_out_text(&writer->out, ":");
    bp_out_json(&writer->out, value);
}

static void put_list(struct bp_out *out, const size_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bp_out_text(out, i == 0 ? "[" : ",");
        bp_out_number(out, numbers[i]);
    }
    bp_out_text(out, count == 0 ? "[]" : "]");
}

/* Move the offset behind the tensor; false if no size can hold that. */
static bool advance(struct bp_st_writer *writer, const struct bp_st_tensor *tensor)
{
    size_t size = bp_dtype_size(tensor->dtype);

    for (size_t i = 0; i < tensor->rank; i++)
        if (!bp_mul(size, tensor->shape[i], &size))
            return false;
    return bp_add(writer->offset, size, &writer->offset);
}

void bp_st_tensor(struct bp_st_writer *writer, const struct bp_st_tensor *tensor)
{
    struct bp_out *out = &writer->out;
    size_t range[2] = {writer->offset, 0};

    if (!advance(writer, tensor))
        writer->too_large = true;
    range[1] = writer->offset;
    bp_out_text(out, writer->tensors++ == 0 ? "}," : ",");
    bp_out_json(out, tensor->name);
    bp_out_text(out, ":{\"dtype\":");
    bp_out_json(out, bp_dtype_name(tensor->dtype));
    bp_out_text(out, ",\"shape\":");
    put_list(out, tensor->shape, tensor->rank);
    bp_out_text(out, ",\"data_offsets\":");
    put_list(out, range, 2);
    bp_out_text(out, "}");
}

static bp_status check_size(struct bp_st_writer *writer, struct bp_text *text)
{
    const struct bp_out *out = &writer->out;
    const size_t size = out->used - BP_ST_PREFIX;

    if (writer->too_large || size > BP_ST_HEADER_LIMIT ||
        writer->tensors > BP_ST_TENSOR_LIMIT)
        return bp_fail(text, BP_ELIMIT,
                       "the header would have %zu tensors in %zu bytes, expected at most "
                       "%d in %d",
                       writer->tensors, size, BP_ST_TENSOR_LIMIT, BP_ST_HEADER_LIMIT);
    return bp_st_scan(out->room.data + BP_ST_PREFIX, size, text);
}

bp_status bp_st_finish(struct bp_st_writer *writer, size_t alignment,
                       struct bp_text *text)
{
    struct bp_out *out = &writer->out;
    uint64_t size;

    bp_out_text(out, writer->tensors == 0 ? "}}" : "}");
    while (!out->failed && out->used % alignment != 0)
        bp_out_text(out, " ");
    if (out->failed)
        return bp_fail(text, BP_ENOMEM, "out of memory for the header");
    size = out->used - BP_ST_PREFIX;
    for (int i = 0; i < BP_ST_PREFIX; i++)
        out->room.data[i] = (unsigned char)(size >> 8 * i);
    return check_size(writer, text);
}
