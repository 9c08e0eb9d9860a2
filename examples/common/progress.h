/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_PROGRESS_H
#define EXAMPLES_PROGRESS_H

/*
 * How training goes on: a plain line now and then, and on a terminal a live line below.
 *
 *     struct progress progress = {.network = network, .cost = cost, .data = data};
 *
 *     progress_begin(&progress);
 *     status = bp_trainer_fit(trainer, data, epochs, progress_show, &progress);
 *     progress_end(&progress);
 */

#include <backprop.h>

struct progress {
    /* Set by the user. After each epoch the accuracy is measured on `data`. */
    const bp_network *network;
    const bp_cost *cost;
    const bp_dataset *data;
    int every_epoch; /* 1: keep a line for every epoch, 0: for about ten of them */

    /* To be read: how it was after the last epoch, and how long training took. */
    double accuracy;
    double seconds;

    /* Its own. */
    bp_workspace *workspace;
    int live;
    int colour;
    int open;
    double shown;
};

/* Call it before the fit. */
void progress_begin(struct progress *progress);

/* The callback for bp_trainer_fit(); `user` is the struct above. Never stops the fit. */
int32_t progress_show(const bp_progress *now, void *user);

/* Call it after the fit: ends the line, gives memory back. */
void progress_end(struct progress *progress);

#endif
