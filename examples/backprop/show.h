/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_BACKPROP_SHOW_H
#define EXAMPLES_BACKPROP_SHOW_H

/* Files that show a training while it runs: its history and its pictures. */

#include "curves.h"
#include "training.h"

struct show {
    const struct settings *s;
    const bp_dataset *data; /* The rows in the plane. */
    bp_network *network;
    bp_metrics *metrics; /* For the fit; NULL: there is no accuracy. */
    struct curves curves;
    int written;  /* The table is there. */
    double drawn; /* Seconds of the fit when the pictures were. */
};

struct show show_begin(const struct settings *s, const struct rows *rows,
                       bp_network *network);

/* To be called from the callback of the fit. */
void show_look(struct show *show, const bp_progress *now);

/* The fit has ended: the files become those of its last epoch. */
void show_end(struct show *show);

#endif
