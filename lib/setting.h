/* SPDX-License-Identifier: MIT */
/*
 * Settings by key: one table of names and bounds for each kind of object, and an array of
 * values that lies in the object in the order of the table.
 */
#ifndef BP_SETTING_H
#define BP_SETTING_H

#include "base.h"

enum {
    BP_SETTING_WHOLE = 1, /**< Only whole numbers. */
    BP_SETTING_ABOVE = 2, /**< The lower bound itself is out of range. */
    BP_SETTING_BELOW = 4  /**< The upper bound itself is out of range. */
};

struct bp_setting {
    int32_t key;
    const char *name;
    double low, high;
    double initial;
    int32_t flags;
};

struct bp_settings {
    const struct bp_setting *table;
    size_t count;
};

/** The name of a key; NULL for one that is unknown. */
const char *bp_settings_name(const struct bp_settings *settings, int32_t key);

/** Fill @p values with the initial ones. */
void bp_settings_reset(const struct bp_settings *settings, double *values);

/** @return ::BP_EINVAL with a line if the key is unknown or the value out of range. */
bp_status bp_settings_check(const struct bp_settings *settings, int32_t key, double value,
                            struct bp_text *text);

/** bp_settings_check(), then store. */
bp_status bp_settings_set(const struct bp_settings *settings, double *values, int32_t key,
                          double value, struct bp_text *text);

/** @return ::BP_EINVAL if the key is unknown. */
bp_status bp_settings_get(const struct bp_settings *settings, const double *values,
                          int32_t key, double *value);

#endif
