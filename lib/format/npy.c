/* SPDX-License-Identifier: MIT */
#include "format/npy.h"

#include "format/npy_header.h"

#include <math.h>
#include <string.h>

static const unsigned char magic[] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

enum { MAGIC_SIZE = sizeof magic, VERSION_SIZE = 2, LAST_VERSION = 3 };

static uint64_t bits_of(const unsigned char *bytes, size_t size, bool big_endian)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[big_endian ? i : size - 1 - i];
    return value;
}

static bp_status check_head(const unsigned char *bytes, size_t size, struct bp_text *text)
{
    if (size < MAGIC_SIZE + VERSION_SIZE || memcmp(bytes, magic, MAGIC_SIZE) != 0)
        return bp_fail(text, BP_EDATA,
                       "the data do not begin with \\x93NUMPY and a version");
    if (bytes[MAGIC_SIZE] < 1 || bytes[MAGIC_SIZE] > LAST_VERSION ||
        bytes[MAGIC_SIZE + 1] != 0)
        return bp_fail(text, BP_EUNSUPPORTED,
                       "the version is %d.%d, expected 1.0, 2.0 or 3.0",
                       bytes[MAGIC_SIZE], bytes[MAGIC_SIZE + 1]);
    return BP_OK;
}

/* Multiply the dimensions out; @p size becomes that of the elements. */
static bp_status read_shape(struct bp_npy *npy, size_t *size, struct bp_text *text)
{
    bool fits = true;

    if (npy->rank == 0)
        return bp_fail(text, BP_EDATA, "the shape is (), expected rows");
    for (size_t i = 0; i < npy->rank; i++) /* first: a 0 would hide an overflow */
        if (npy->shape[i] == 0)
            return bp_fail(text, BP_EDATA, "dimension %zu is 0, expected at least 1",
                           i + 1);
    npy->rows = npy->shape[0];
    npy->cols = 1;
    for (size_t i = 1; i < npy->rank && fits; i++)
        fits = bp_mul(npy->cols, npy->shape[i], &npy->cols);
    fits = fits && bp_mul(npy->rows, npy->cols, size) && bp_mul(*size, npy->size, size);
    return fits ? BP_OK
                : bp_fail(text, BP_EDATA, "the product of the dimensions overflows");
}

bp_status bp_npy_read(const unsigned char *bytes, size_t size, struct bp_npy *npy,
                      struct bp_text *text)
{
    return bp_npy_read_head(bytes, size, size, npy, text);
}

bp_status bp_npy_read_head(const unsigned char *bytes, size_t size, size_t total,
                           struct bp_npy *npy, struct bp_text *text)
{
    bp_status status = check_head(bytes, size, text);
    size_t at = MAGIC_SIZE + VERSION_SIZE;
    size_t width;
    size_t header;
    size_t expected = 0;

    if (status != BP_OK)
        return status;
    width = bytes[MAGIC_SIZE] == 1 ? 2 : 4;
    if (size - at < width)
        return bp_fail(text, BP_EDATA, "the data end within the size of the header");
    header = (size_t)bits_of(bytes + at, width, false);
    at += width;
    if (header > size - at)
        return bp_fail(text, BP_EDATA, "the header has %zu bytes, the data only %zu more",
                       header, size - at);
    status = bp_npy_header(bytes + at, header, npy, text);
    if (status == BP_OK)
        status = read_shape(npy, &expected, text);
    if (status != BP_OK)
        return status;
    at += header;
    npy->elements = bytes + at;
    if (total - at != expected)
        return bp_fail(text, BP_EDATA,
                       "the elements are %zu bytes, expected %zu by type and shape",
                       total - at, expected);
    return BP_OK;
}

bool bp_npy_is_whole(const struct bp_npy *npy)
{
    return npy->kind != 'f';
}

/* Two's complement of so many bytes. */
static double signed_of(uint64_t bits, size_t size)
{
    const uint64_t sign = UINT64_C(1) << (8 * size - 1);

    return bits & sign ? -(double)((~bits & (sign - 1)) + 1) : (double)bits;
}

static double number_at(const struct bp_npy *npy, size_t index)
{
    const uint64_t bits =
        bits_of(npy->elements + index * npy->size, npy->size, npy->big_endian);
    const uint32_t bits32 = (uint32_t)bits;
    float narrow;
    double wide;

    if (npy->kind == 'i')
        return signed_of(bits, npy->size);
    if (npy->kind != 'f')
        return (double)bits;
    if (npy->size == 4) {
        memcpy(&narrow, &bits32, sizeof narrow);
        return (double)narrow;
    }
    memcpy(&wide, &bits, sizeof wide);
    return wide;
}

/* Where element `col` of a row lies in Fortran's order, of which row 0 is: the last index
 * of `col` runs fastest, and is worth most. */
static size_t fortran_offset(const struct bp_npy *npy, size_t col)
{
    size_t stride = npy->rows * npy->cols;
    size_t offset = 0;

    for (size_t i = npy->rank; i > 1; i--) {
        stride /= npy->shape[i - 1];
        offset += col % npy->shape[i - 1] * stride;
        col /= npy->shape[i - 1];
    }
    return offset;
}

bp_status bp_npy_numbers(const struct bp_npy *npy, float *values, struct bp_text *text)
{
    const size_t row_stride = npy->fortran ? 1 : npy->cols;

    for (size_t col = 0; col < npy->cols; col++) {
        const size_t first = npy->fortran ? fortran_offset(npy, col) : col;

        for (size_t row = 0; row < npy->rows; row++) {
            const float value = (float)number_at(npy, first + row * row_stride);

            if (!isfinite(value))
                return bp_fail(text, BP_EDATA,
                               "row %zu, column %zu is not a finite number in float", row,
                               col);
            values[row * npy->cols + col] = value;
        }
    }
    return BP_OK;
}

bp_status bp_npy_labels(const struct bp_npy *npy, size_t limit, int32_t *labels,
                        size_t *classes, struct bp_text *text)
{
    for (size_t row = 0; row < npy->rows; row++) {
        const double label = number_at(npy, row);

        if (!(label >= 0 && label < (double)limit))
            return bp_fail(text, BP_EDATA,
                           "row %zu is %s, expected a label from 0 to %zu", row,
                           bp_number(label).text, limit - 1);
        labels[row] = (int32_t)label;
        if (*classes <= (size_t)label)
            *classes = (size_t)label + 1;
    }
    return BP_OK;
}
