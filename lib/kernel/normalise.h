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

/* In a chunk for the pool: columns, and about so many elements of whole rows. */
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

/* How many of the sixteen columns from j on are there. */
static size_t norm_width(const norm_work *work, size_t j)
{
    return work->cols - j < BP_LANES ? work->cols - j : BP_LANES;
}

/* --- By columns ----------------------------------------------------------------------
 */

static void column_moments_block(const norm_work *work, size_t j)
{
    const double rows = (double)work->rows;
    double sum[BP_LANES] = {0}, square[BP_LANES] = {0};
    double *const mean = work->mean + j;
    size_t r, i;

    for (r = 0; r < work->rows; r++)
        for (i = 0; i < BP_LANES; i++)
            sum[i] += (double)work->x[r * work->stride + j + i];
    for (i = 0; i < BP_LANES; i++)
        mean[i] = sum[i] / rows;
    for (r = 0; r < work->rows; r++)
        for (i = 0; i < BP_LANES; i++) {
            const double d = (double)work->x[r * work->stride + j + i] - mean[i];

            square[i] += d * d;
        }
    for (i = 0; i < BP_LANES; i++)
        work->variance[j + i] = square[i] / rows;
}

static void column_moments_range(const norm_work *work, size_t begin, size_t end)
{
    size_t j;

    for (j = begin; j < end; j += BP_LANES)
        column_moments_block(work, j);
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

/* Sixteen columns on the way back. */
struct norm_sums {
    double g[BP_LANES], gn[BP_LANES];
};

/* n of row r, column j: by columns and by rows the moments lie differently. */
KERNEL_INLINE double norm_n(const norm_work *work, size_t r, size_t j, bool by_row)
{
    const size_t at = by_row ? r : j;

    return ((double)work->x[r * work->stride + j] - work->mean[at]) * work->rstd[at];
}

KERNEL_INLINE void norm_sum(const norm_work *work, size_t j, bool by_row,
                            struct norm_sums *sums)
{
    const size_t width = norm_width(work, j);
    size_t r, i;

    for (i = 0; i < BP_LANES; i++)
        sums->g[i] = sums->gn[i] = 0;
    for (r = 0; r < work->rows; r++)
        for (i = 0; i < width; i++) {
            const double g = (double)work->g[r * work->stride + j + i];

            sums->g[i] += g;
            sums->gn[i] += g * norm_n(work, r, j + i, by_row);
        }
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

static void column_back_block(const norm_work *work, size_t j,
                              const struct norm_sums *sums)
{
    const size_t width = norm_width(work, j);
    const double rows = (double)work->rows;
    double scale[BP_LANES], g_mean[BP_LANES], gn_mean[BP_LANES];
    size_t r, i;

    for (i = 0; i < width; i++) {
        const double gamma = work->gamma != NULL ? (double)work->gamma[j + i] : 1;

        scale[i] = gamma * work->rstd[j + i];
        g_mean[i] = sums->g[i] / rows;
        gn_mean[i] = sums->gn[i] / rows;
    }
    for (r = 0; r < work->rows; r++) {
        const real *const g = work->g + r * work->stride + j;
        real *const dx = work->dx + r * work->stride + j;

        for (i = 0; i < width; i++)
            dx[i] = (real)(scale[i] * ((double)g[i] - g_mean[i] -
                                       norm_n(work, r, j + i, false) * gn_mean[i]));
        norm_clear(dx, width);
    }
}

static void column_back_range(const norm_work *work, size_t begin, size_t end)
{
    struct norm_sums sums;
    size_t j;

    for (j = begin; j < end; j += BP_LANES) {
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

/* h = gamma g */
KERNEL_INLINE double row_h(const norm_work *work, size_t r, size_t j)
{
    const double g = (double)work->g[r * work->stride + j];

    return work->gamma != NULL ? (double)work->gamma[j] * g : g;
}

/* The means of h and of h n along a row. */
static void row_back_means(const norm_work *work, size_t r, double *h_mean,
                           double *hn_mean)
{
    double h[BP_LANES] = {0}, hn[BP_LANES] = {0};
    size_t j, i;

    for (j = 0; j < work->cols; j += BP_LANES)
        for (i = 0; i < norm_width(work, j); i++) {
            const double at = row_h(work, r, j + i);

            h[i] += at;
            hn[i] += at * norm_n(work, r, j + i, true);
        }
    *h_mean = norm_total(h) / (double)work->cols;
    *hn_mean = norm_total(hn) / (double)work->cols;
}

static void row_back_range(const norm_work *work, size_t begin, size_t end)
{
    size_t r, j;

    for (r = begin; r < end; r++) {
        real *const dx = work->dx + r * work->stride;
        double h_mean, hn_mean;

        row_back_means(work, r, &h_mean, &hn_mean);
        for (j = 0; j < work->cols; j++)
            dx[j] = (real)(work->rstd[r] * (row_h(work, r, j) - h_mean -
                                            norm_n(work, r, j, true) * hn_mean));
        norm_clear(dx, work->cols);
    }
}

static void row_grads_range(const norm_work *work, size_t begin, size_t end)
{
    struct norm_sums sums;
    size_t j;

    for (j = begin; j < end; j += BP_LANES) {
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
