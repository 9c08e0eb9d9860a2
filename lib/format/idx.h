/* SPDX-License-Identifier: MIT */
/*
 * IDX, the format of MNIST:
 *
 *     0 0 type rank    size of dimension 1 ... rank, four bytes each    elements
 *
 * all with the most significant byte first.
 */
#ifndef BP_FORMAT_IDX_H
#define BP_FORMAT_IDX_H

#include "base.h"

enum {
    BP_IDX_U8 = 0x08,
    BP_IDX_I8 = 0x09,
    BP_IDX_I16 = 0x0B,
    BP_IDX_I32 = 0x0C,
    BP_IDX_F32 = 0x0D,
    BP_IDX_F64 = 0x0E
};

struct bp_idx {
    int32_t type;
    size_t rank;
    size_t rows; /**< The first dimension. */
    size_t cols; /**< The product of the others; 1 without any. */
    const unsigned char *elements;
};

/** Check the frame.
 * @return ::BP_EDATA with a line in @p text. */
bp_status bp_idx_read(const unsigned char *bytes, size_t size, struct bp_idx *idx,
                      struct bp_text *text);

/** Check the frame of which only the first @p size bytes are there, of @p total. */
bp_status bp_idx_read_head(const unsigned char *bytes, size_t size, size_t total,
                           struct bp_idx *idx, struct bp_text *text);

/** Bytes of an element; 0 for an unknown type. */
size_t bp_idx_element_size(int32_t type);

/** Write rows * cols numbers; bytes are divided by 255.
 * @return ::BP_EDATA for a number that is not finite in float. */
bp_status bp_idx_numbers(const struct bp_idx *idx, float *values, struct bp_text *text);

#endif
