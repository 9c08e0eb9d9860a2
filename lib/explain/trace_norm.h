/* SPDX-License-Identifier: MIT */
/*
 * Layer norm and batch norm, one example. z is what comes in:
 *
 *     n_j = (z_j - m_j) r_j      a_j = scale_j n_j + shift_j
 *
 * with one mean m and one r = 1 / sqrt(v + epsilon) for the whole row, or the running
 * ones of each unit. A batch norm's units do not see each other; in a layer norm
 *
 *     da_i/dz_j = scale_i r ([i = j] - 1/D - n_i n_j / D)
 *
 * A batch norm as in training takes m and v of each unit over the N rows, and so joins
 * these: with s and t for rows, for every unit
 *
 *     da_s/dz_t = scale r ([s = t] - 1/N - n_s n_t / N)
 */
#ifndef BP_EXPLAIN_TRACE_NORM_H
#define BP_EXPLAIN_TRACE_NORM_H

#include "explain/trace.h"

/** How many means there are, and as many r. */
size_t bp_norm_moments(const struct bp_node *node);

/** z to moments, a and the slope of each unit for itself. The moments of rows that are
 *  joined are there before. */
void bp_norm_forward(const struct bp_record *record, size_t layer, double *row);

/** z of all rows to the moments of each. */
void bp_norm_join(const struct bp_record *record, size_t layer,
                  const struct bp_record_rows *rows);

/** dC/da to dC/dz of rows that are joined. */
void bp_norm_join_backward(const struct bp_record *record, size_t layer,
                           const struct bp_record_rows *rows);

/** da_s/dz_t of rows that are joined. */
double bp_norm_join_slope(const struct bp_record *record, size_t layer, size_t unit,
                          size_t s, size_t t);

/** dC/da to dC/dz of a layer norm. */
void bp_norm_backward(const struct bp_record *record, size_t layer, double *row);

/** n_j. */
double bp_norm_of(const struct bp_record *record, size_t layer, const double *row,
                  size_t j);

/** da_i/dz_j of a layer norm. */
double bp_norm_slope(const struct bp_record *record, size_t layer, const double *row,
                     size_t i, size_t j);

#endif
