/* SPDX-License-Identifier: MIT */
#include "format/idx.h"

#include <math.h>
#include <string.h>

enum { HEAD_SIZE = 4, DIMENSION_SIZE = 4, RANK_LIMIT = 8 };

size_t bp_idx_element_size(int32_t type)
{
    switch (type) {
    case BP_IDX_U8:
    case BP_IDX_I8: return 1;
    case BP_IDX_I16: return 2;
    case BP_IDX_I32:
    case BP_IDX_F32: return 4;
    case BP_IDX_F64: return 8;
    default: return 0;
    }
}

static uint64_t big_endian(const unsigned char *bytes, size_t size)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

static bp_status check_head(const unsigned char *bytes, size_t size, struct bp_text *text)
{
    if (size < HEAD_SIZE)
        return bp_fail(text, BP_EDATA, "the data are %zu bytes, expected at least %d",
                       size, HEAD_SIZE);
    if (bytes[0] != 0 || bytes[1] != 0)
        return bp_fail(text, BP_EDATA,
                       "the first two bytes are 0x%02x 0x%02x, expected 0 as in IDX",
                       bytes[0], bytes[1]);
    if (bp_idx_element_size(bytes[2]) == 0)
        return bp_fail(text, BP_EDATA,
                       "the type is 0x%02x, expected 0x08, 0x09 or 0x0b to 0x0e",
                       bytes[2]);
    if (bytes[3] < 1 || bytes[3] > RANK_LIMIT)
        return bp_fail(text, BP_EDATA, "the number of dimensions is %d, expected 1 to %d",
                       bytes[3], RANK_LIMIT);
    if (size < HEAD_SIZE + (size_t)bytes[3] * DIMENSION_SIZE)
        return bp_fail(text, BP_EDATA, "the data end within the header, after %zu bytes",
                       size);
    return BP_OK;
}

static size_t dimension(const unsigned char *bytes, size_t i)
{
    return (size_t)big_endian(bytes + HEAD_SIZE + i * DIMENSION_SIZE, DIMENSION_SIZE);
}

/* Multiply the dimensions out; @p size becomes that of the elements. */
static bp_status read_dimensions(const unsigned char *bytes, struct bp_idx *idx,
                                 size_t *size, struct bp_text *text)
{
    bool fits = true;

    for (size_t i = 0; i < idx->rank; i++) /* first: a 0 would hide an overflow */
        if (dimension(bytes, i) == 0)
            return bp_fail(text, BP_EDATA, "dimension %zu is 0, expected at least 1",
                           i + 1);
    idx->rows = dimension(bytes, 0);
    idx->cols = 1;
    for (size_t i = 1; i < idx->rank && fits; i++)
        fits = bp_mul(idx->cols, dimension(bytes, i), &idx->cols);
    fits = fits && bp_mul(idx->rows, idx->cols, size) &&
           bp_mul(*size, bp_idx_element_size(idx->type), size);
    if (!fits)
        return bp_fail(text, BP_EDATA, "the product of the dimensions overflows");
    return BP_OK;
}

bp_status bp_idx_read(const unsigned char *bytes, size_t size, struct bp_idx *idx,
                      struct bp_text *text)
{
    return bp_idx_read_head(bytes, size, size, idx, text);
}

bp_status bp_idx_read_head(const unsigned char *bytes, size_t size, size_t total,
                           struct bp_idx *idx, struct bp_text *text)
{
    size_t head;
    size_t expected = 0;
    bp_status status = check_head(bytes, size, text);

    if (status != BP_OK)
        return status;
    idx->type = bytes[2];
    idx->rank = bytes[3];
    status = read_dimensions(bytes, idx, &expected, text);
    if (status != BP_OK)
        return status;
    head = HEAD_SIZE + idx->rank * DIMENSION_SIZE;
    idx->elements = bytes + head;
    if (total - head != expected)
        return bp_fail(text, BP_EDATA,
                       "the elements are %zu bytes, expected %zu by the dimensions",
                       total - head, expected);
    return BP_OK;
}

static double number_at(const struct bp_idx *idx, size_t index)
{
    const size_t size = bp_idx_element_size(idx->type);
    const uint64_t bits = big_endian(idx->elements + index * size, size);
    const uint32_t bits32 = (uint32_t)bits;
    float narrow;
    double wide;

    switch (idx->type) {
    case BP_IDX_I8: return (double)bits - (bits < 0x80 ? 0.0 : 256.0);
    case BP_IDX_I16: return (double)bits - (bits < 0x8000 ? 0.0 : 65536.0);
    case BP_IDX_I32: return (double)bits - (bits < 0x80000000u ? 0.0 : 4294967296.0);
    case BP_IDX_F32: memcpy(&narrow, &bits32, sizeof narrow); return (double)narrow;
    default: memcpy(&wide, &bits, sizeof wide); return wide;
    }
}

bp_status bp_idx_numbers(const struct bp_idx *idx, float *values, struct bp_text *text)
{
    const size_t count = idx->rows * idx->cols; /* bp_idx_read() has checked it */

    for (size_t i = 0; i < count && idx->type == BP_IDX_U8; i++)
        values[i] = (float)idx->elements[i] / 255.0f;
    for (size_t i = 0; i < count && idx->type != BP_IDX_U8; i++) {
        values[i] = (float)number_at(idx, i);
        if (!isfinite(values[i]))
            return bp_fail(text, BP_EDATA,
                           "row %zu, column %zu is not a finite number in float",
                           i / idx->cols, i % idx->cols);
    }
    return BP_OK;
}
