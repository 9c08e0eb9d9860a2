/* SPDX-License-Identifier: MIT */
#include "draw/plot.h"

#include "kernel/math.h"

#include <math.h>

enum { TICKS = 5 };

/* After Okabe and Ito: eight colours that all eyes tell apart; in the dark lighter ones.
 * Lines differ by their dashes as well. */
static const char palette[] =
    "<style>"
    ".bp .c0{fill:#0072b2}.bp .c1{fill:#c04a00}.bp .c2{fill:#00805c}"
    ".bp .c3{fill:#b0558a}.bp .c4{fill:#8a6d00}.bp .c5{fill:#2f93c8}"
    ".bp .c6{fill:#59636e}.bp .c7{fill:#1b1f24}"
    ".bp .s0{stroke:#0072b2}.bp .s1{stroke:#c04a00;stroke-dasharray:6 3}"
    ".bp .s2{stroke:#00805c;stroke-dasharray:2 2}"
    ".bp .s3{stroke:#b0558a;stroke-dasharray:8 3 2 3}"
    ".bp .s4{stroke:#8a6d00;stroke-dasharray:12 4}"
    ".bp .s5{stroke:#2f93c8;stroke-dasharray:4 4}"
    ".bp .s6{stroke:#59636e;stroke-dasharray:1 3}"
    ".bp .s7{stroke:#1b1f24;stroke-dasharray:10 2 2 2 2 2}"
    ".bp .r{stroke:#59636e;stroke-opacity:.25;fill:none}"
    "@media(prefers-color-scheme:dark){"
    ".bp .c0{fill:#56b4e9}.bp .c1{fill:#f0a13c}.bp .c2{fill:#35c79a}"
    ".bp .c3{fill:#e29cc6}.bp .c4{fill:#e6d24a}.bp .c5{fill:#9ad2f2}"
    ".bp .c6{fill:#a9b4c0}.bp .c7{fill:#eef1f4}"
    ".bp .s0{stroke:#56b4e9}.bp .s1{stroke:#f0a13c}.bp .s2{stroke:#35c79a}"
    ".bp .s3{stroke:#e29cc6}.bp .s4{stroke:#e6d24a}.bp .s5{stroke:#9ad2f2}"
    ".bp .s6{stroke:#a9b4c0}.bp .s7{stroke:#eef1f4}"
    ".bp .r{stroke:#a9b4c0}}"
    "</style>\n";

void bp_plot_palette(struct bp_page *page)
{
    bp_page_put(page, "%s", palette);
}

/* ---- ranges ---- */

static double scaled(const struct bp_plot *plot, double y)
{
    if (!plot->logarithmic)
        return y;
    return y > 0 ? bp_log_f64(y) / 2.302585092994045684 : NAN;
}

static void include(double value, double *low, double *high)
{
    if (value - value != 0)
        return;
    *low = fmin(*low, value);
    *high = fmax(*high, value);
}

static void widen(double *low, double *high, double part)
{
    if (!(*low <= *high))
        *low = *high = 0;
    if (*low == *high) {
        part = *low != 0 ? 0.5 * fabs(*low) : 0.5;
        *low -= part;
        *high += part;
        return;
    }
    part *= *high - *low;
    *low -= part;
    *high += part;
}

void bp_plot_fit(struct bp_plot *plot, const struct bp_series *series, size_t count)
{
    size_t i;
    size_t k;

    plot->x0 = plot->y0 = HUGE_VAL;
    plot->x1 = plot->y1 = -HUGE_VAL;
    for (k = 0; k < count; k++)
        for (i = 0; i < series[k].count; i++) {
            double x = 0;
            const double y = series[k].at(series[k].from, i, &x);

            include(x, &plot->x0, &plot->x1);
            include(scaled(plot, y), &plot->y0, &plot->y1);
        }
    if (!plot->logarithmic && plot->y0 > 0 && plot->y0 < 0.5 * plot->y1)
        plot->y0 = 0;
    widen(&plot->x0, &plot->x1, 0);
    widen(&plot->y0, &plot->y1, plot->y0 == 0 ? 0 : 0.05);
}

double bp_plot_x(const struct bp_plot *plot, double x)
{
    return plot->left + plot->width * (x - plot->x0) / (plot->x1 - plot->x0);
}

double bp_plot_y(const struct bp_plot *plot, double y)
{
    return plot->top +
           plot->height * (plot->y1 - scaled(plot, y)) / (plot->y1 - plot->y0);
}

/* ---- the frame ---- */

/* 1, 2 or 5 times a power of ten, so that few enough fit. */
static double tick_step(double range)
{
    static const double factors[] = {1, 2, 5, 10};
    double step = 1;
    size_t i = 0;

    while (step < range)
        step *= 10;
    while (step >= range && step > 1e-300)
        step /= 10;
    while (i < 3 && step * factors[i] * TICKS < range)
        i++;
    return step * factors[i];
}

static void draw_y_tick(const struct bp_plot *plot, double value)
{
    const double y =
        plot->top + plot->height * (plot->y1 - value) / (plot->y1 - plot->y0);
    const double shown =
        plot->logarithmic ? bp_exp_f64(value * 2.302585092994045684) : value;

    bp_page_put(plot->page, "<path class=\"r\" d=\"M%f %fh%f\"/>", plot->left, y,
                plot->width);
    bp_page_put(plot->page, "<text class=\"d x e\" x=\"%f\" y=\"%f\">%g</text>\n",
                plot->left - 5, y + 3.5, shown);
}

static void draw_x_tick(const struct bp_plot *plot, double value)
{
    bp_page_put(plot->page, "<text class=\"d x m\" x=\"%f\" y=\"%f\">%g</text>\n",
                bp_plot_x(plot, value), plot->top + plot->height + 14, value);
}

static void draw_ticks(const struct bp_plot *plot, double low, double high,
                       void (*draw)(const struct bp_plot *plot, double value))
{
    const double step = tick_step(high - low);
    double at = ceil(low / step - 1e-9);

    for (; at * step <= high + 1e-9 * step; at += 1)
        draw(plot, at * step);
}

/* Powers of ten; if these are few, also 2 and 5 times these. */
static void draw_decades(const struct bp_plot *plot)
{
    static const double parts[] = {0, 0.3010299956639812, 0.6989700043360188};
    const double range = plot->y1 - plot->y0;
    const double step = range > TICKS ? ceil(range / TICKS) : 1;
    const size_t count = range < 1.5 ? 3 : 1;
    double decade = floor(plot->y0 / step) * step;
    size_t i;

    for (; decade <= plot->y1; decade += step)
        for (i = 0; i < count; i++)
            if (decade + parts[i] >= plot->y0 && decade + parts[i] <= plot->y1)
                draw_y_tick(plot, decade + parts[i]);
}

void bp_plot_frame(const struct bp_plot *plot, const char *name, const char *x_name)
{
    struct bp_page *page = plot->page;

    bp_page_put(page, "<text class=\"t b\" x=\"%f\" y=\"%f\">%e</text>\n", plot->left,
                plot->top - 8, name);
    if (plot->logarithmic)
        draw_decades(plot);
    else
        draw_ticks(plot, plot->y0, plot->y1, draw_y_tick);
    draw_ticks(plot, plot->x0, plot->x1, draw_x_tick);
    bp_page_put(page,
                "<path class=\"l\" stroke-width=\"0.8\" d=\"M%f %fv%fh%f\"/>"
                "<text class=\"d x e\" x=\"%f\" y=\"%f\">%e</text>\n",
                plot->left, plot->top, plot->height, plot->width,
                plot->left + plot->width, plot->top + plot->height + 28, x_name);
}

/* Whether there are two points that a line could join. */
static bool has_line(const struct bp_plot *plot, const struct bp_series *series)
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < series->count; i++) {
        double x = 0;
        const double y = bp_plot_y(plot, series->at(series->from, i, &x));

        count += y - y == 0;
    }
    return count > 1;
}

/* A point alone is a dot: a line of no length with a round cap. */
void bp_plot_line(const struct bp_plot *plot, const struct bp_series *series)
{
    const bool line = has_line(plot, series);
    struct bp_page *page = plot->page;
    bool on = false;
    size_t i;

    bp_page_put(page,
                "<path class=\"s%z\" fill=\"none\" stroke-width=\"%z\" "
                "stroke-linejoin=\"round\" stroke-linecap=\"%s\" d=\"",
                series->colour % BP_PLOT_COLOURS, (size_t)(line ? 2 : 7),
                line ? "butt" : "round");
    for (i = 0; i < series->count; i++) {
        double x = 0;
        const double y = bp_plot_y(plot, series->at(series->from, i, &x));

        if (y - y == 0)
            bp_page_put(page,
                        on     ? "L%f %f"
                        : line ? "M%f %f"
                               : "M%f %fh0",
                        bp_plot_x(plot, x), y);
        on = y - y == 0;
    }
    bp_page_put(page, "\"><title>%e</title></path>\n", series->name);
}

void bp_plot_key(struct bp_page *page, const struct bp_series *series, double x, double y)
{
    bp_page_put(page,
                "<path class=\"s%z\" fill=\"none\" stroke-width=\"2\" "
                "d=\"M%f %fh22\"/><text class=\"t\" x=\"%f\" y=\"%f\">%e</text>\n",
                series->colour % BP_PLOT_COLOURS, x, y, x + 27, y + 4, series->name);
}

/* ---- grids ---- */

int bp_plot_level(double part)
{
    const double size = fmin(fabs(part), 1);
    const int level = size > 0 ? 1 + (int)(size * (BP_PLOT_LEVELS - 0.001)) : 0;

    return part < 0 ? -level : level;
}

/** A grid and one level of it. */
struct grid {
    size_t rows, cols;
    bp_cell_fn cell;
    const void *from;
};

/* Runs of equal cells, in units of a cell. */
static void draw_runs(struct bp_page *page, const struct grid *grid, int level)
{
    size_t row;
    size_t col;

    for (row = 0; row < grid->rows; row++)
        for (col = 0; col < grid->cols; col++) {
            const size_t first = col;

            while (col < grid->cols && grid->cell(grid->from, row, col) == level)
                col++;
            if (col > first)
                bp_page_put(page, "M%z %zh%zv1h-%zz", first, row, col - first,
                            col - first);
        }
}

static bool has_level(const struct grid *grid, int level)
{
    size_t i;

    for (i = 0; i < grid->rows * grid->cols; i++)
        if (grid->cell(grid->from, i / grid->cols, i % grid->cols) == level)
            return true;
    return false;
}

void bp_plot_cells(const struct bp_plot *plot, size_t rows, size_t cols, bp_cell_fn cell,
                   const void *from)
{
    const struct grid grid = {rows, cols, cell, from};
    int level;

    bp_page_put(plot->page,
                "<g transform=\"translate(%f %f) scale(%g %g)\" "
                "shape-rendering=\"crispEdges\">\n",
                plot->left, plot->top, plot->width / (double)cols,
                plot->height / (double)rows);
    for (level = -BP_PLOT_LEVELS; level <= BP_PLOT_LEVELS; level++) {
        if (level == 0 || !has_level(&grid, level))
            continue;
        bp_page_put(plot->page, "<path class=\"%sf\" fill-opacity=\"%f\" d=\"",
                    level < 0 ? "n" : "p", fabs((double)level) / BP_PLOT_LEVELS);
        draw_runs(plot->page, &grid, level);
        bp_page_put(plot->page, "\"/>\n");
    }
    bp_page_put(plot->page, "</g>\n");
}
