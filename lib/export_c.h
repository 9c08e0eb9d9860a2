/* SPDX-License-Identifier: MIT */
/* What the writers of C source share. */
#ifndef BP_EXPORT_C_H
#define BP_EXPORT_C_H

#include "bundle.h"

/** Text on its way to a sink. */
struct bp_c_writer {
    struct bp_out out;
    bp_sink_fn sink;
    void *user;
    bp_status status;
};

void bp_c_put(struct bp_c_writer *w, const char *text);

/** A text in which @ stands for the name, and $ for a number. */
void bp_c_put_with(struct bp_c_writer *w, const char *text, const char *name,
                   size_t number);

/** As a constant: 30.0f or 0x1.8p-1f; doubles without the f. */
void bp_c_put_constant(struct bp_c_writer *w, double value, const char *suffix);

/** Whether there is a formula for the activation. */
bool bp_c_knows(int32_t activation);

/** Whether it does anything. */
bool bp_c_applies(int32_t activation);

/** The functions that the layers of a network need, and no others.
 * @param int8  whether dense layers have weights of 8 bits. */
void bp_c_put_functions(struct bp_c_writer *w, const struct bp_network *network,
                        bool int8);

#endif
