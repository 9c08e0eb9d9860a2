/* SPDX-License-Identifier: MIT */
/*
 * Transposition, for products that pack. A template.
 *
 * Square blocks, so that the lines which are written stay in the cache until they are
 * full. Within a block, small patches go through registers; the edges go one by one.
 */
#ifndef BP_KERNEL_TRANSPOSE_H
#define BP_KERNEL_TRANSPOSE_H

#define TRANSPOSE_BLOCK 16

#if KERNEL_X86 && BP_PRECISION == 32

#define PATCH_ROWS 8
#define PATCH_COLS 4

/* Rows r and r + 4 side by side; in each half, a transposition of four by four. */
static inline __m256 patch_rows(const float *from, size_t stride)
{
    const __m256 low = _mm256_castps128_ps256(_mm_loadu_ps(from));

    return _mm256_insertf128_ps(low, _mm_loadu_ps(from + 4 * stride), 1);
}

static inline void patch(const float *from, size_t from_stride, float *to,
                         size_t to_stride)
{
    const __m256 row0 = patch_rows(from, from_stride);
    const __m256 row1 = patch_rows(from + from_stride, from_stride);
    const __m256 row2 = patch_rows(from + 2 * from_stride, from_stride);
    const __m256 row3 = patch_rows(from + 3 * from_stride, from_stride);
    const __m256 left01 = _mm256_unpacklo_ps(row0, row1);
    const __m256 left23 = _mm256_unpacklo_ps(row2, row3);
    const __m256 right01 = _mm256_unpackhi_ps(row0, row1);
    const __m256 right23 = _mm256_unpackhi_ps(row2, row3);

    _mm256_storeu_ps(to, _mm256_shuffle_ps(left01, left23, 0x44));
    _mm256_storeu_ps(to + to_stride, _mm256_shuffle_ps(left01, left23, 0xee));
    _mm256_storeu_ps(to + 2 * to_stride, _mm256_shuffle_ps(right01, right23, 0x44));
    _mm256_storeu_ps(to + 3 * to_stride, _mm256_shuffle_ps(right01, right23, 0xee));
}

#elif KERNEL_X86

#define PATCH_ROWS 4
#define PATCH_COLS 2

/* Rows r and r + 2 side by side; in each half, a transposition of two by two. */
static inline __m256d patch_rows(const double *from, size_t stride)
{
    const __m256d low = _mm256_castpd128_pd256(_mm_loadu_pd(from));

    return _mm256_insertf128_pd(low, _mm_loadu_pd(from + 2 * stride), 1);
}

static inline void patch(const double *from, size_t from_stride, double *to,
                         size_t to_stride)
{
    const __m256d row0 = patch_rows(from, from_stride);
    const __m256d row1 = patch_rows(from + from_stride, from_stride);

    _mm256_storeu_pd(to, _mm256_unpacklo_pd(row0, row1));
    _mm256_storeu_pd(to + to_stride, _mm256_unpackhi_pd(row0, row1));
}

#else

#define PATCH_ROWS 1
#define PATCH_COLS 1

static inline void patch(const real *from, size_t from_stride, real *to, size_t to_stride)
{
    (void)from_stride;
    (void)to_stride;
    *to = *from;
}

#endif

/* A matrix and where its transpose goes. */
struct transposition {
    const real *from;
    size_t from_stride;
    real *to;
    size_t to_stride;
};

/* One by one: rows from i to i_end, columns from j to j_end. */
static void transpose_edge(const struct transposition *t, size_t i, size_t i_end,
                           size_t j, size_t j_end)
{
    size_t r;

    for (; j < j_end; j++)
        for (r = i; r < i_end; r++)
            t->to[j * t->to_stride + r] = t->from[r * t->from_stride + j];
}

static void transpose_block(const struct transposition *t, size_t i, size_t i_end,
                            size_t j, size_t j_end)
{
    const size_t i_patched = i + (i_end - i) / PATCH_ROWS * PATCH_ROWS;
    const size_t j_patched = j + (j_end - j) / PATCH_COLS * PATCH_COLS;
    size_t r, c;

    for (c = j; c < j_patched; c += PATCH_COLS)
        for (r = i; r < i_patched; r += PATCH_ROWS)
            patch(t->from + r * t->from_stride + c, t->from_stride,
                  t->to + c * t->to_stride + r, t->to_stride);
    transpose_edge(t, i_patched, i_end, j, j_patched);
    transpose_edge(t, i, i_end, j_patched, j_end);
}

static size_t block_end(size_t begin, size_t end)
{
    return end - begin < TRANSPOSE_BLOCK ? end : begin + TRANSPOSE_BLOCK;
}

/* to(j, i) = from(i, j). */
static void transpose_part(const real *from, size_t rows, size_t cols, size_t from_stride,
                           real *to, size_t to_stride)
{
    const struct transposition t = {from, from_stride, to, to_stride};
    size_t i, j;

    for (i = 0; i < rows; i += TRANSPOSE_BLOCK)
        for (j = 0; j < cols; j += TRANSPOSE_BLOCK)
            transpose_block(&t, i, block_end(i, rows), j, block_end(j, cols));
}

#endif
