/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_BACKPROP_CURVES_H
#define EXAMPLES_BACKPROP_CURVES_H

/* What a training came to, epoch by epoch: as a table, and as a picture. */

#include <backprop.h>

enum {
    CURVE_EPOCH,
    CURVE_COST,
    CURVE_VALIDATION,
    CURVE_ACCURACY,
    CURVE_RATE,
    CURVE_COUNT
};

struct curves {
    double *values[CURVE_COUNT]; /* NULL: not known. */
    size_t count, room;
};

/* Read a table whose columns are called as bp_history_write_csv() calls them; some may be
 * missing. */
struct curves curves_read(const char *path);

/* Forget what was after an epoch. */
void curves_cut(struct curves *curves, uint64_t epoch);

/* Add an epoch; NaN for what is not known. Numbers are kept as float, as a table is read,
 * so that the picture is the same from both. */
void curves_add(struct curves *curves, const double values[CURVE_COUNT]);

/* Add the last epoch to the table in a file. */
void curves_append(const struct curves *curves, const char *path);

/* Write and draw: whoever reads the file meanwhile has the old one or the new one. */
void curves_write(const struct curves *curves, const char *path);
void curves_draw(const struct curves *curves, const char *path);

void curves_free(struct curves *curves);

#endif
