/* SPDX-License-Identifier: MIT */
/*
 * Elements between memory, where they lie apart by strides, and a file, where they are
 * rows without gaps. They go in blocks that fit the mover's memory: so many whole rows,
 * or a part of one long row. Within a block they go in tiles, since the rows of the one
 * are the columns of the other.
 */
#include "bundle.h"

#include <string.h>

enum { TILE = 16 };

/* A block of a tensor. */
struct block {
    size_t row, col;
    size_t rows, cols;
};

/* Two views of the same elements. Strides in bytes. */
struct copy {
    unsigned char *to;
    const unsigned char *from;
    size_t to_row, to_col, from_row, from_col;
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The same twice, so that the compiler knows how many bytes an element has. */
static void copy_tile_4(const struct copy *copy, size_t rows, size_t cols)
{
    const size_t to_row = copy->to_row, from_row = copy->from_row;

    for (size_t c = 0; c < cols; c++) {
        unsigned char *to = copy->to + c * copy->to_col;
        const unsigned char *from = copy->from + c * copy->from_col;

        for (size_t r = 0; r < rows; r++, to += to_row, from += from_row)
            memcpy(to, from, 4);
    }
}

static void copy_tile_8(const struct copy *copy, size_t rows, size_t cols)
{
    const size_t to_row = copy->to_row, from_row = copy->from_row;

    for (size_t c = 0; c < cols; c++) {
        unsigned char *to = copy->to + c * copy->to_col;
        const unsigned char *from = copy->from + c * copy->from_col;

        for (size_t r = 0; r < rows; r++, to += to_row, from += from_row)
            memcpy(to, from, 8);
    }
}

/* A whole tile whose rows lie without gaps in `from` and whose columns do in `to`: all
 * memory is touched in pieces of 16 elements. */
static void turn_tile_4(unsigned char *to, size_t to_stride, const unsigned char *from,
                        size_t from_stride)
{
    uint32_t in[TILE][TILE], out[TILE][TILE];

    for (size_t r = 0; r < TILE; r++)
        memcpy(in[r], from + r * from_stride, sizeof in[r]);
    for (size_t c = 0; c < TILE; c++)
        for (size_t r = 0; r < TILE; r++)
            out[c][r] = in[r][c];
    for (size_t c = 0; c < TILE; c++)
        memcpy(to + c * to_stride, out[c], sizeof out[c]);
}

static void turn_tile_8(unsigned char *to, size_t to_stride, const unsigned char *from,
                        size_t from_stride)
{
    uint64_t in[TILE][TILE], out[TILE][TILE];

    for (size_t r = 0; r < TILE; r++)
        memcpy(in[r], from + r * from_stride, sizeof in[r]);
    for (size_t c = 0; c < TILE; c++)
        for (size_t r = 0; r < TILE; r++)
            out[c][r] = in[r][c];
    for (size_t c = 0; c < TILE; c++)
        memcpy(to + c * to_stride, out[c], sizeof out[c]);
}

static void copy_tile(const struct copy *copy, size_t rows, size_t cols, size_t size)
{
    const bool whole = rows == TILE && cols == TILE;

    if (whole && copy->from_col == size && copy->to_row == size)
        (size == 4 ? turn_tile_4 : turn_tile_8)(copy->to, copy->to_col, copy->from,
                                                copy->from_row);
    else if (whole && copy->from_row == size && copy->to_col == size)
        (size == 4 ? turn_tile_4 : turn_tile_8)(copy->to, copy->to_row, copy->from,
                                                copy->from_col);
    else
        (size == 4 ? copy_tile_4 : copy_tile_8)(copy, rows, cols);
}

/* Down the rows first: the elements of a column are neighbours in a network. */
static void copy_block(const struct copy *copy, const struct block *block, size_t size)
{
    for (size_t c = 0; c < block->cols; c += TILE)
        for (size_t r = 0; r < block->rows; r += TILE) {
            const size_t rows = least(TILE, block->rows - r);
            const size_t cols = least(TILE, block->cols - c);
            struct copy tile = *copy;

            tile.to += r * copy->to_row + c * copy->to_col;
            tile.from += r * copy->from_row + c * copy->from_col;
            copy_tile(&tile, rows, cols, size);
        }
}

/* The next block; false at the end. Whole tiles of rows, where there is room for one. */
static bool next_block(const struct bp_stored *stored, size_t size, struct block *block)
{
    const size_t most = BP_MOVE_SIZE / size;
    size_t rows = stored->cols < most ? most / stored->cols : 1;

    block->col += block->cols;
    if (block->col >= stored->cols) {
        block->col = 0;
        block->row += block->rows;
    }
    if (block->row >= stored->rows)
        return false;
    if (rows > TILE)
        rows -= rows % TILE;
    block->rows = least(rows, stored->rows - block->row);
    block->cols = least(most, stored->cols - block->col);
    return true;
}

static unsigned char *element(const struct bp_stored *stored, size_t size,
                              const struct block *block)
{
    return stored->elements +
           size * (block->row * stored->row_stride + block->col * stored->col_stride);
}

static bool is_big_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;

    memcpy(&first, &one, 1);
    return first == 0;
}

static void reverse(unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size / 2; i++) {
        const unsigned char kept = bytes[i];

        bytes[i] = bytes[size - 1 - i];
        bytes[size - 1 - i] = kept;
    }
}

/* Between the host's order of bytes and the file's. */
static void reorder(unsigned char *bytes, size_t count, size_t size)
{
    if (!is_big_endian())
        return;
    for (size_t i = 0; i < count; i++)
        reverse(bytes + i * size, size);
}

/* An exponent of all ones is infinity or no number. */
static bool all_finite(const unsigned char *bytes, size_t count, size_t size)
{
    bool finite = true;

    for (size_t i = 0; i < count; i++) {
        uint64_t wide;
        uint32_t narrow;

        if (size == 8) {
            memcpy(&wide, bytes + 8 * i, sizeof wide);
            finite &= (wide >> 52 & 0x7FF) != 0x7FF;
        } else {
            memcpy(&narrow, bytes + 4 * i, sizeof narrow);
            finite &= (narrow >> 23 & 0xFF) != 0xFF;
        }
    }
    return finite;
}

static bool any_negative(const unsigned char *bytes, size_t count, size_t size)
{
    bool negative = false;

    for (size_t i = 0; i < count; i++) {
        float narrow;
        double wide;

        if (size == sizeof wide) {
            memcpy(&wide, bytes + size * i, sizeof wide);
            negative |= wide < 0;
        } else {
            memcpy(&narrow, bytes + size * i, sizeof narrow);
            negative |= narrow < 0;
        }
    }
    return negative;
}

static bp_status check_finite(const struct bp_stored *stored, const unsigned char *bytes,
                              size_t count, struct bp_text *text)
{
    if (all_finite(bytes, count, bp_dtype_size(stored->dtype)))
        return BP_OK;
    return bp_fail(text, BP_EDATA, "%s holds a number that is not finite",
                   stored->name.text);
}

static bp_status check_numbers(const struct bp_stored *stored, const unsigned char *bytes,
                               size_t count, struct bp_text *text)
{
    const bp_status status = check_finite(stored, bytes, count, text);

    if (status != BP_OK || !stored->is_variance ||
        !any_negative(bytes, count, bp_dtype_size(stored->dtype)))
        return status;
    return bp_fail(text, BP_EDATA, "%s holds a variance below 0", stored->name.text);
}

bp_status bp_move_out(struct bp_mover *mover, const struct bp_stored *stored,
                      bp_sink_fn sink, void *user, struct bp_text *text)
{
    const size_t size = bp_dtype_size(stored->dtype);
    struct block block = {0, 0, 0, 0};
    bp_status status = BP_OK;

    while (status == BP_OK && next_block(stored, size, &block)) {
        const size_t count = block.rows * block.cols;
        const struct copy copy = {
            mover->block, element(stored, size, &block), block.cols * size,
            size,         stored->row_stride * size,     stored->col_stride * size};

        copy_block(&copy, &block, size);
        if (text != NULL)
            status = check_finite(stored, mover->block, count, text);
        reorder(mover->block, count, size);
        if (status == BP_OK)
            status = sink(user, mover->block, count * size);
    }
    return status;
}

bp_status bp_move_in(struct bp_mover *mover, const struct bp_stored *stored,
                     bp_fill_fn fill, void *user, struct bp_text *text)
{
    const size_t size = bp_dtype_size(stored->dtype);
    struct block block = {0, 0, 0, 0};
    bp_status status = BP_OK;

    while (status == BP_OK && next_block(stored, size, &block)) {
        const size_t count = block.rows * block.cols;
        const struct copy copy = {
            element(stored, size, &block), mover->block,      stored->row_stride * size,
            stored->col_stride * size,     block.cols * size, size};

        status = fill(user, mover->block, count * size);
        if (status != BP_OK)
            return status;
        bp_crc32_add(&mover->crc, mover->block, count * size);
        reorder(mover->block, count, size);
        status = check_numbers(stored, mover->block, count, text);
        copy_block(&copy, &block, size);
    }
    return status;
}
