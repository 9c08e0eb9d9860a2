/* SPDX-License-Identifier: MIT */
/* A frame with two axes, and lines in it; colours that tell up to eight things apart. */
#ifndef BP_DRAW_PLOT_H
#define BP_DRAW_PLOT_H

#include "draw/page.h"

enum { BP_PLOT_COLOURS = 8, BP_PLOT_LEVELS = 8 };

struct bp_plot {
    struct bp_page *page;
    double left, top, width, height;
    double x0, x1, y0, y1; /**< Ranges; of a logarithmic axis those of the logarithm. */
    bool logarithmic;      /**< The axis that points up. */
};

/** A line: `count` points, asked for one by one. NaN is left out. */
struct bp_series {
    const char *name;
    size_t colour;
    size_t count;
    double (*at)(const void *from, size_t index, double *x);
    const void *from;
};

/** Colours as classes: `c0` to `c7` fill, `s0` to `s7` are lines, dashed in ways of their
 *  own. */
void bp_plot_palette(struct bp_page *page);

/** Set the ranges so that all series fit, with room. */
void bp_plot_fit(struct bp_plot *plot, const struct bp_series *series, size_t count);

/** Grid, numbers and names. */
void bp_plot_frame(const struct bp_plot *plot, const char *name, const char *x_name);

void bp_plot_line(const struct bp_plot *plot, const struct bp_series *series);

/** Name of a series beside a piece of its line. */
void bp_plot_key(struct bp_page *page, const struct bp_series *series, double x,
                 double y);

double bp_plot_x(const struct bp_plot *plot, double x);
double bp_plot_y(const struct bp_plot *plot, double y);

/** What lies in a cell of a grid: 0 for nothing, or 1 to ::BP_PLOT_LEVELS, negative for
 *  what is negative. */
typedef int (*bp_cell_fn)(const void *from, size_t row, size_t col);

/** A grid of cells in the frame of the plot, as few paths as there are levels. */
void bp_plot_cells(const struct bp_plot *plot, size_t rows, size_t cols, bp_cell_fn cell,
                   const void *from);

/** The level of a part of a whole, from -1 to 1. */
int bp_plot_level(double part);

#endif
