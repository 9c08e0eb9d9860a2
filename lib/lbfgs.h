/* SPDX-License-Identifier: MIT */
/*
 * L-BFGS (Liu and Nocedal, 1989) with a line search, on a function of the caller's. One
 * step makes several iterations. It sees spans and a function, never a network.
 *
 * With the last pairs s = x' - x and y = g' - g, the direction is -H g, where H begins as
 * (s y / y y) of the newest pair and is corrected by all of them, oldest first.
 */
#ifndef BP_LBFGS_H
#define BP_LBFGS_H

#include "op/engine.h"

enum {
    BP_LBFGS_MOST = 100, /**< Pairs of the history at most, and iterations of a step. */
    BP_LBFGS_SLOTS = 2 * BP_LBFGS_MOST,
    BP_LBFGS_SPANS = 6 /**< Spans beside those of the pairs. */
};

struct bp_lbfgs_options {
    double rate;
    size_t history, iterations;
    uint64_t evaluations; /**< After so many no further iteration begins. */
    double tolerance_gradient, tolerance_change;
};

/** What stays between steps; all zero at first. Pairs lie in a ring of slots, with room
 *  for those of one step beyond the history, so that a step that fails has overwritten
 *  none. */
struct bp_lbfgs_state {
    uint64_t iterations; /**< Of all steps. */
    size_t oldest, pairs;
    bool stale;   /**< Pairs were put in: what follows is to be made from them. */
    double scale; /**< s y / y y of the newest pair. */
    double curvature[BP_LBFGS_SLOTS]; /**< 1 / (s y) by slot. */
};

/** A function, and where its numbers lie. */
struct bp_lbfgs_problem {
    const struct bp_engine *engine;
    struct bp_spans spans; /**< How long x is. */
    void *x;
    void *gradient; /**< Where evaluate writes it. */
    /** Value and gradient at x.
     * @return ::BP_EDATA if they are not finite: the search then takes a shorter step;
     *         anything else but ::BP_OK stops the step. */
    bp_status (*evaluate)(void *user, double *value);
    void *user;
    void *memory; /**< bp_lbfgs_spans() spans, one after the other. */
    size_t slots; /**< There is room for so many pairs: no less than history and
                       iterations of a step together. */
};

/** How many spans there must be for so many slots. */
size_t bp_lbfgs_spans(size_t slots);

/** Which span is s (@p item 0) or y (1) of a pair, the oldest 0. */
size_t bp_lbfgs_span_of_pair(const struct bp_lbfgs_state *state, size_t slots,
                             size_t pair, size_t item);

/** One step: up to options->iterations iterations.
 * @param value  the function at x, whose gradient lies in its place; on return at the new
 *               x.
 * @return as evaluate, but for ::BP_EDATA; x and state are then as they were. */
bp_status bp_lbfgs_step(const struct bp_lbfgs_problem *problem,
                        const struct bp_lbfgs_options *options,
                        struct bp_lbfgs_state *state, double *value);

#endif
