/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_MNIST_TRAINING_H
#define EXAMPLES_MNIST_TRAINING_H

/* How the network of mnist learns: optimizer, schedule, and when it ends. */

#include "mnist_options.h"

#include <backprop.h>

/* A trainer with all that was chosen, on `rows` images. */
bp_trainer *make_trainer(const struct settings *settings, bp_network *network,
                         const bp_cost *cost, size_t rows, uint64_t seed);

/* Look for a rate, and take it. */
void find_rate(bp_trainer *trainer, const bp_dataset *rows);

/* Train until it is time to end. After each epoch `watched` is looked at. */
void run_fit(const struct settings *settings, bp_trainer *trainer, const bp_dataset *rows,
             const bp_dataset *watched, bp_progress_fn progress, void *user);

/* Print what is known to keep networks from learning, if there is any of it. */
void print_diagnosis(bp_trainer *trainer, const bp_dataset *rows);

#endif
