/* SPDX-License-Identifier: MIT */
/*
 * Optimizer objects. An optimizer sees spans of parameters, gradients and its own state,
 * never a network.
 */
#ifndef BP_OPTIMIZER_H
#define BP_OPTIMIZER_H

#include "env.h"
#include "kernel/rule.h"
#include "lbfgs.h"
#include "setting.h"

/** No kind of optimizer has more settings. */
enum { BP_OPTIMIZER_SETTINGS = 8 };

struct bp_optimizer_spec {
    int32_t kind;
    double settings[BP_OPTIMIZER_SETTINGS]; /**< In the order of the kind's table. */
    struct bp_rule rule; /**< The same as a rule: the rate as it is set, and `shrink` for
                              a rate of 1. */
};

struct bp_optimizer {
    struct bp_host host;
    struct bp_text text;
    struct bp_optimizer_spec spec;
};

/** How far the state of an optimizer has come. */
struct bp_optimizer_state {
    uint64_t updates; /**< Made so far. */
    bool started;     /**< The velocities of SGD were written. */
};

/** Arrays of the size of the parameters that the kind keeps between steps. */
size_t bp_optimizer_states(const struct bp_optimizer_spec *spec);

/** Which of these arrays a `BP_STATE_` value means; SIZE_MAX if it is none of them. */
size_t bp_optimizer_state_index(const struct bp_optimizer_spec *spec, int32_t state);

/** L-BFGS: pairs that a built trainer has room for; 0 of others. */
size_t bp_optimizer_slots(const struct bp_optimizer_spec *spec);

/** L-BFGS: what a step needs of the settings. */
struct bp_lbfgs_options bp_optimizer_lbfgs(const struct bp_optimizer_spec *spec,
                                           double rate);

/** The rule of the next step, from the settings as they are now, but at @p rate. */
struct bp_rule bp_optimizer_rule(const struct bp_optimizer_spec *spec, double rate,
                                 const struct bp_optimizer_state *state);

/** Whether the rule depends on the number of the update. */
bool bp_optimizer_counts(const struct bp_optimizer_spec *spec);

/** That step was made. */
void bp_optimizer_advance(const struct bp_optimizer_spec *spec,
                          struct bp_optimizer_state *state);

#endif
