/* SPDX-License-Identifier: MIT */
/*
 * Optimizer objects. An optimizer sees spans of parameters, gradients and its own state,
 * never a network.
 */
#ifndef BP_OPTIMIZER_H
#define BP_OPTIMIZER_H

#include "op/engine.h"
#include "setting.h"

enum { BP_OPTIMIZER_SETTINGS = 5 };

struct bp_optimizer_spec {
    int32_t kind;
    double settings[BP_OPTIMIZER_SETTINGS];
};

struct bp_optimizer {
    struct bp_host host;
    struct bp_text text;
    struct bp_optimizer_spec spec;
};

/** Arrays of the size of the parameters that the rule keeps between steps. */
size_t bp_optimizer_states(const struct bp_optimizer_spec *spec);

/** One update. The spans, the kernels and the pool of @p run are set; the settings are
 *  filled in here.
 * @param started  whether the state was ever written; becomes true once it is. */
void bp_optimizer_update(const struct bp_optimizer_spec *spec,
                         const struct bp_engine *engine, struct bp_update_run *run,
                         bool *started);

#endif
