/* SPDX-License-Identifier: MIT */
/*
 * Normalisation by columns (batch norm) and by rows (layer norm). A template; see
 * kernel.h. With n = (x - mean) rstd, rstd = 1 / sqrt(variance + epsilon), g = dC/dy, and
 * means over the column, or over the row:
 *
 *     y = gamma n + beta          dC/dgamma = sum g n          dC/dbeta = sum g
 *
 *     by columns     dC/dx = (gamma rstd) ((g - mean g) - n mean (g n))
 *     by rows        dC/dx = rstd ((h - mean h) - n mean (h n)),   h = gamma g
 *
 * All in double. The variance takes a second pass over x - mean. A sum down a column is
 * one chain, rows ascending. A sum along a row has sixteen lanes, element j in lane
 * j mod 16, combined by halves. The loops are plain: sixteen numbers that do not depend
 * on each other, which a compiler may do side by side or not, with the same bits.
 */
#ifndef BP_KERNEL_NORMALISE_H
#define BP_KERNEL_NORMALISE_H

/* In a chunk for the pool: columns, which make a strip that is done together, and about
 * so many elements of whole rows. */
#define NORM_COLS     64
#define NORM_ELEMENTS 8192

typedef struct BP_REAL(norm) norm_work;

typedef void (*norm_fn)(const norm_work *work, size_t begin, size_t end);

struct norm_grid {
    const norm_work *work;
    norm_fn run;
    size_t count, size; /* of all, and in a chunk */
};

static void norm_chunk(void *data, size_t chunk)
{
    const struct norm_grid *const grid = data;
    const size_t begin = chunk * grid->size;
    const size_t rest = grid->count - begin;

    grid->run(grid->work, begin, begin + (rest < grid->size ? rest : grid->size));
}

static void norm_all(struct bp_pool *pool, struct norm_grid *grid)
{
    if (grid->count <= grid->size)
        grid->run(grid->work, 0, grid->count);
    else
        bp_parallel_for(pool, (grid->count + grid->size - 1) / grid->size, norm_chunk,
                        grid);
}

static void norm_columns(struct bp_pool *pool, const norm_work *work, norm_fn run)
{
    struct norm_grid grid = {work, run, work->cols, NORM_COLS};

    norm_all(pool, &grid);
}

static void norm_rows(struct bp_pool *pool, const norm_work *work, norm_fn run)
{
    struct norm_grid grid = {work, run, work->rows, 1};

    if (work->stride < NORM_ELEMENTS)
        grid.size = NORM_ELEMENTS / work->stride;
    norm_all(pool, &grid);
}

static void norm_clear(real *row, size_t cols)
{
    size_t j;

    for (j = cols; j < bp_padded(cols); j++)
        row[j] = 0;
}

/* How many columns there are of the strip that begins with j. */
static size_t norm_width(const norm_work *work, size_t j)
{
    return work->cols - j < NORM_COLS ? work->cols - j : NORM_COLS;
}

/* --- By columns ----------------------------------------------------------------------
 */

KERNEL_INLINE void column_moments_part(const norm_work *work, size_t j, size_t width)
{
    const double rows = (double)work->rows;
    double sum[NORM_COLS] = {0}, square[NORM_COLS] = {0}, mean[NORM_COLS];
    size_t r, i;

    for (r = 0; r < work->rows; r++)
        for (i = 0; i < width; i++)
            sum[i] += (double)work->x[r * work->stride + j + i];
    for (i = 0; i < width; i++)
        mean[i] = work->mean[j + i] = sum[i] / rows;
    for (r = 0; r < work->rows; r++)
        for (i = 0; i < width; i++) {
            const double d = (double)work->x[r * work->stride + j + i] - mean[i];

            square[i] += d * d;
        }
    for (i = 0; i < width; i++)
        work->variance[j + i] = square[i] / rows;
}

static void column_moments_range(const norm_work *work, size_t begin, size_t end)
{
    size_t j;

    for (j = begin; j < end; j += NORM_COLS)
        if (norm_width(work, j) == NORM_COLS)
            column_moments_part(work, j, NORM_COLS);
        else
            column_moments_part(work, j, norm_width(work, j));
}

static void column_moments(struct bp_pool *pool, const norm_work *work)
{
    norm_columns(pool, work, column_moments_range);
}

static void column_rstd(const norm_work *work)
{
    size_t j;

    for (j = 0; j < work->cols; j++)
        work->rstd[j] = 1 / sqrt(work->variance[j] + work->epsilon);
}

static void column_norm_row(const norm_work *work, const real *x, real *y)
{
    size_t j;

    if (work->gamma != NULL)
        for (j = 0; j < work->cols; j++)
            y[j] = (real)(((double)x[j] - work->mean[j]) * work->rstd[j] *
                              (double)work->gamma[j] +
                          (double)work->beta[j]);
    else
        for (j = 0; j < work->cols; j++)
            y[j] = (real)(((double)x[j] - work->mean[j]) * work->rstd[j]);
    norm_clear(y, work->cols);
}

static void column_norm_range(const norm_work *work, size_t begin, size_t end)
{
    size_t r;

    for (r = begin; r < end; r++)
        column_norm_row(work, work->x + r * work->stride, work->y + r * work->stride);
}

static void column_norm(struct bp_pool *pool, const norm_work *work)
{
    norm_rows(pool, work, column_norm_range);
}

/* A strip of columns on the way back. */
struct norm_sums {
    double g[NORM_COLS], gn[NORM_COLS];
};

KERNEL_INLINE double norm_n(real x, double mean, double rstd)
{
    return ((double)x - mean) * rstd;
}

/* Of `width` columns: a constant for a whole strip, for the compiler's sake. */
KERNEL_INLINE void norm_sum_part(const norm_work *work, size_t j, size_t width,
                                 bool by_row, struct norm_sums *sums)
{
    double g[NORM_COLS] = {0}, gn[NORM_COLS] = {0};
    size_t r, i;

    for (r = 0; r < work->rows; r++) {
        const real *const x = work->x + r * work->stride + j;
        const real *const g_row = work->g + r * work->stride + j;
        const double *const mean = by_row ? work->mean + r : work->mean + j;
        const double *const rstd = by_row ? work->rstd + r : work->rstd + j;

        for (i = 0; i < width; i++) {
            const size_t at = by_row ? 0 : i;

            g[i] += (double)g_row[i];
            gn[i] += (double)g_row[i] * norm_n(x[i], mean[at], rstd[at]);
        }
    }
    memcpy(sums->g, g, sizeof g);
    memcpy(sums->gn, gn, sizeof gn);
}

KERNEL_INLINE void norm_sum(const norm_work *work, size_t j, bool by_row,
                            struct norm_sums *sums)
{
    if (norm_width(work, j) == NORM_COLS)
        norm_sum_part(work, j, NORM_COLS, by_row, sums);
    else
        norm_sum_part(work, j, norm_width(work, j), by_row, sums);
}

static void norm_store_grads(const norm_work *work, size_t j,
                             const struct norm_sums *sums)
{
    size_t i;

    for (i = 0; work->gamma_grad != NULL && i < norm_width(work, j); i++) {
        work->gamma_grad[j + i] = (real)sums->gn[i];
        work->beta_grad[j + i] = (real)sums->g[i];
    }
}

KERNEL_INLINE void column_back_part(const norm_work *work, size_t j, size_t width,
                                    const struct norm_sums *sums)
{
    const double rows = (double)work->rows;
    double scale[NORM_COLS], g_mean[NORM_COLS], gn_mean[NORM_COLS];
    const double *const mean = work->mean + j, *const rstd = work->rstd + j;
    size_t r, i;

    for (i = 0; i < width; i++) {
        scale[i] = (work->gamma != NULL ? (double)work->gamma[j + i] : 1) * rstd[i];
        g_mean[i] = sums->g[i] / rows;
        gn_mean[i] = sums->gn[i] / rows;
    }
    for (r = 0; r < work->rows; r++) {
        const real *const x = work->x + r * work->stride + j;
        const real *const g = work->g + r * work->stride + j;
        real *const dx = work->dx + r * work->stride + j;

        for (i = 0; i < width; i++)
            dx[i] = (real)(scale[i] * ((double)g[i] - g_mean[i] -
                                       norm_n(x[i], mean[i], rstd[i]) * gn_mean[i]));
        norm_clear(dx, width);
    }
}

static void column_back_block(const norm_work *work, size_t j,
                              const struct norm_sums *sums)
{
    if (norm_width(work, j) == NORM_COLS)
        column_back_part(work, j, NORM_COLS, sums);
    else
        column_back_part(work, j, norm_width(work, j), sums);
}

static void column_back_range(const norm_work *work, size_t begin, size_t end)
{
    struct norm_sums sums;
    size_t j;

    for (j = begin; j < end; j += NORM_COLS) {
        norm_sum(work, j, false, &sums);
        norm_store_grads(work, j, &sums);
        if (work->dx != NULL)
            column_back_block(work, j, &sums);
    }
}

static void column_norm_back(struct bp_pool *pool, const norm_work *work)
{
    norm_columns(pool, work, column_back_range);
}

/* --- By rows -------------------------------------------------------------------------
 */

static double norm_total(double lane[BP_LANES])
{
    size_t i, half;

    for (half = BP_LANES / 2; half > 0; half /= 2)
        for (i = 0; i < half; i++)
            lane[i] += lane[i + half];
    return lane[0];
}

static double row_mean(const real *x, size_t cols)
{
    double lane[BP_LANES] = {0};
    size_t j, i;

    for (j = 0; j + BP_LANES <= cols; j += BP_LANES)
        for (i = 0; i < BP_LANES; i++)
            lane[i] += (double)x[j + i];
    for (i = 0; j + i < cols; i++)
        lane[i] += (double)x[j + i];
    return norm_total(lane) / (double)cols;
}

KERNEL_INLINE void add_square(double *lane, real x, double mean)
{
    const double d = (double)x - mean;

    *lane += d * d;
}

static double row_variance(const real *x, size_t cols, double mean)
{
    double lane[BP_LANES] = {0};
    size_t j, i;

    for (j = 0; j + BP_LANES <= cols; j += BP_LANES)
        for (i = 0; i < BP_LANES; i++)
            add_square(&lane[i], x[j + i], mean);
    for (i = 0; j + i < cols; i++)
        add_square(&lane[i], x[j + i], mean);
    return norm_total(lane) / (double)cols;
}

static void row_norm_row(const norm_work *work, size_t r)
{
    const real *const x = work->x + r * work->stride;
    real *const y = work->y + r * work->stride;
    const double mean = row_mean(x, work->cols);
    const double rstd = 1 / sqrt(row_variance(x, work->cols, mean) + work->epsilon);
    size_t j;

    work->mean[r] = mean;
    work->rstd[r] = rstd;
    if (work->gamma != NULL)
        for (j = 0; j < work->cols; j++)
            y[j] = (real)(((double)x[j] - mean) * rstd * (double)work->gamma[j] +
                          (double)work->beta[j]);
    else
        for (j = 0; j < work->cols; j++)
            y[j] = (real)(((double)x[j] - mean) * rstd);
    norm_clear(y, work->cols);
}

static void row_norm_range(const norm_work *work, size_t begin, size_t end)
{
    size_t r;

    for (r = begin; r < end; r++)
        row_norm_row(work, r);
}

static void row_norm(struct bp_pool *pool, const norm_work *work)
{
    norm_rows(pool, work, row_norm_range);
}

/* One row on the way back. */
struct norm_row {
    const real *x, *g, *gamma;
    double mean, rstd;
};

static struct norm_row norm_row_of(const norm_work *work, size_t r)
{
    return (struct norm_row){work->x + r * work->stride, work->g + r * work->stride,
                             work->gamma, work->mean[r], work->rstd[r]};
}

/* h = gamma g */
KERNEL_INLINE double row_h(const struct norm_row *row, size_t j)
{
    return row->gamma != NULL ? (double)row->gamma[j] * (double)row->g[j]
                              : (double)row->g[j];
}

KERNEL_INLINE double row_n(const struct norm_row *row, size_t j)
{
    return ((double)row->x[j] - row->mean) * row->rstd;
}

KERNEL_INLINE void row_back_add(const struct norm_row *row, size_t j, size_t width,
                                double *h, double *hn)
{
    size_t i;

    for (i = 0; i < width; i++) {
        const double at = row_h(row, j + i);

        h[i] += at;
        hn[i] += at * row_n(row, j + i);
    }
}

/* The means of h and of h n along a row. */
static void row_back_means(const struct norm_row *row, size_t cols, double *h_mean,
                           double *hn_mean)
{
    double h[BP_LANES] = {0}, hn[BP_LANES] = {0};
    size_t j;

    for (j = 0; j + BP_LANES <= cols; j += BP_LANES)
        row_back_add(row, j, BP_LANES, h, hn);
    if (j < cols)
        row_back_add(row, j, cols - j, h, hn);
    *h_mean = norm_total(h) / (double)cols;
    *hn_mean = norm_total(hn) / (double)cols;
}

static void row_back_range(const norm_work *work, size_t begin, size_t end)
{
    size_t r, j;

    for (r = begin; r < end; r++) {
        const struct norm_row row = norm_row_of(work, r);
        real *const dx = work->dx + r * work->stride;
        double h_mean, hn_mean;

        row_back_means(&row, work->cols, &h_mean, &hn_mean);
        for (j = 0; j < work->cols; j++)
            dx[j] =
                (real)(row.rstd * (row_h(&row, j) - h_mean - row_n(&row, j) * hn_mean));
        norm_clear(dx, work->cols);
    }
}

static void row_grads_range(const norm_work *work, size_t begin, size_t end)
{
    struct norm_sums sums;
    size_t j;

    for (j = begin; j < end; j += NORM_COLS) {
        norm_sum(work, j, true, &sums);
        norm_store_grads(work, j, &sums);
    }
}

static void row_norm_back(struct bp_pool *pool, const norm_work *work)
{
    if (work->dx != NULL)
        norm_rows(pool, work, row_back_range);
    if (work->gamma_grad != NULL)
        norm_columns(pool, work, row_grads_range);
}

#endif
