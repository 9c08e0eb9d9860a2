/* SPDX-License-Identifier: MIT */
/* Cost objects: what a bp_cost holds, and whether it fits a network and its targets. */
#ifndef BP_COST_H
#define BP_COST_H

#include "network.h"
#include "op/cost_run.h"
#include "setting.h"

enum { BP_COST_SETTINGS = 2 };

/** In place of a `BP_COST_` value: the caller's table. */
enum { BP_COST_CUSTOM = 0 };

/** Plain data: copied by assignment. The table's `name` pointer is not used. */
struct bp_cost_spec {
    int32_t kind;
    double settings[BP_COST_SETTINGS];
    struct bp_cost_ops ops;
    char name[BP_NAME_SIZE];
};

struct bp_cost {
    struct bp_host host;
    struct bp_text text;
    struct bp_cost_spec spec;
};

/** Whether the last layer puts out what the cost takes.
 * @param fused  becomes true if the two are computed as one, from z.
 * @return ::BP_EDOMAIN with a line in @p text. */
bp_status bp_cost_fit(const struct bp_cost_spec *spec, const struct bp_network *network,
                      bool *fused, struct bp_text *text);

bool bp_cost_takes_labels(const struct bp_cost_spec *spec);

/** Whether a target is within the cost's limits. */
bool bp_cost_target_ok(const struct bp_cost_spec *spec, double target);

/** The same of many. */
bool bp_cost_targets_ok(const struct bp_cost_spec *spec, const float *targets,
                        size_t count);

/** What bp_cost_target_ok() expects, in words. */
const char *bp_cost_target_text(const struct bp_cost_spec *spec);

/** What the sum over rows and outputs is divided by; @p weight is that of all rows. */
double bp_cost_divisor(const struct bp_cost_spec *spec, double weight, size_t cols);

#endif
