/* SPDX-License-Identifier: MIT */
/*
 * NPY, NumPy's format of one array, versions 1.0 to 3.0:
 *
 *     \x93NUMPY major minor    size of the header, 2 or 4 bytes    header    elements
 *
 * The header is a Python dictionary of exactly three keys, then spaces and a line end:
 *
 *     {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
 */
#ifndef BP_FORMAT_NPY_H
#define BP_FORMAT_NPY_H

#include "base.h"

enum { BP_NPY_RANK_LIMIT = 8 };

struct bp_npy {
    char kind;       /**< 'f', 'i', 'u' or 'b' (truth values). */
    size_t size;     /**< Bytes of an element: 1, 2, 4 or 8. */
    bool big_endian; /**< The most significant byte first. */
    bool fortran;    /**< The first index runs fastest, else the last. */
    size_t rank;
    size_t shape[BP_NPY_RANK_LIMIT];
    size_t rows; /**< The first dimension. */
    size_t cols; /**< The product of the others; 1 without any. */
    const unsigned char *elements;
};

/** Check the frame.
 * @return ::BP_EDATA, or ::BP_EUNSUPPORTED for a version or type that is not read, with a
 *         line in @p text. */
bp_status bp_npy_read(const unsigned char *bytes, size_t size, struct bp_npy *npy,
                      struct bp_text *text);

/** Check the frame of which only the first @p size bytes are there, of @p total. */
bp_status bp_npy_read_head(const unsigned char *bytes, size_t size, size_t total,
                           struct bp_npy *npy, struct bp_text *text);

/** Whether the elements are whole numbers by their type. */
bool bp_npy_is_whole(const struct bp_npy *npy);

/** Write rows * cols numbers, row by row.
 * @return ::BP_EDATA for a number that is not finite in float. */
bp_status bp_npy_numbers(const struct bp_npy *npy, float *values, struct bp_text *text);

/** Write one label a row, from 0 to @p limit - 1; the elements are whole, cols is 1.
 * @param classes  becomes the largest + 1.
 * @return ::BP_EDATA for one out of range. */
bp_status bp_npy_labels(const struct bp_npy *npy, size_t limit, int32_t *labels,
                        size_t *classes, struct bp_text *text);

#endif
