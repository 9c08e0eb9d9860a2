/* SPDX-License-Identifier: MIT */
/*
 * Dropout and noise as in a step of training. The numbers have addresses, which
 * lib/op/random.h tells; here they are looked up one by one:
 *
 *     dropout   a = z f     f = 0 where dropped, else 1 / (1 - p)
 *     noise     a = z + f   f = deviation n
 */
#ifndef BP_EXPLAIN_TRACE_RANDOM_H
#define BP_EXPLAIN_TRACE_RANDOM_H

#include "explain/trace.h"

/** Draw f of all such layers for a row of the batch. */
void bp_random_draw(const struct bp_record *record, size_t row);

/** z to a, and the slopes. */
void bp_random_forward(const struct bp_record *record, size_t layer, double *row);

#endif
