/* SPDX-License-Identifier: MIT */
/*
 * Schedules of the learning rate: a rate for each moment t, from the rate that the
 * optimizer has. Closed forms: what a schedule gives depends on t and its settings alone,
 * but for a plateau, whose record of values seen lies with the trainer.
 */
#ifndef BP_SCHEDULE_H
#define BP_SCHEDULE_H

#include "env.h"
#include "setting.h"

enum {
    BP_SCHEDULE_SETTINGS = 11, /**< No kind has more. */
    BP_SCHEDULE_NONE = 0,      /**< The kind of a trainer that has no schedule. */
    BP_SCHEDULE_MILESTONES = 64
};

struct bp_schedule_spec {
    int32_t kind;
    double settings[BP_SCHEDULE_SETTINGS]; /**< In the order of the kind's table. */
    uint64_t milestones[BP_SCHEDULE_MILESTONES];
    size_t milestone_count;
    bp_schedule_fn callback;
    void *user;
};

struct bp_schedule {
    struct bp_host host;
    struct bp_text text;
    struct bp_schedule_spec spec;
};

/** What a plateau has seen; all zero at first. */
struct bp_plateau {
    bool seen;       /**< There is a best value. */
    double best;     /**< So far. */
    double bad;      /**< Values since the last that was better, */
    double cooldown; /**< and values yet to pass over after a fall. */
    double falls;    /**< Of the rate. */
};

/** Whether t counts updates, and not epochs. */
bool bp_schedule_by_update(const struct bp_schedule_spec *spec);

/** The rate of moment @p t. */
double bp_schedule_rate_at(const struct bp_schedule_spec *spec,
                           const struct bp_plateau *plateau, double base, uint64_t t);

/** What a plateau sees beside what it is given. */
enum { BP_SCHEDULE_EPOCHS = 1, BP_SCHEDULE_LOOKS = 2 };

/** Whether this is a plateau that sees @p what: the mean cost of each epoch, or what a
 * fit monitors. */
bool bp_schedule_watches(const struct bp_schedule_spec *spec, int32_t what);

/** Whether more is better for this plateau. */
bool bp_schedule_maximizes(const struct bp_schedule_spec *spec);

/** See a value. */
void bp_plateau_see(const struct bp_schedule_spec *spec, struct bp_plateau *plateau,
                    double base, double value);

#endif
