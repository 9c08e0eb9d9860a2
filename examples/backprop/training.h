/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_BACKPROP_TRAINING_H
#define EXAMPLES_BACKPROP_TRAINING_H

/* What a training is made of: what was asked for, and the rows. */

#include "tool.h"

enum { MOST_SETTINGS = 32 };

/* What was asked for. Paths and lists are as they were typed. */
struct settings {
    struct table table;
    const char *output;
    const char *features;
    const char *hidden;
    int32_t activation;
    int regression, quiet;
    double dropout, rate, held_out;
    uint64_t epochs, patience, batch, seed;

    /* The file that is kept for a training that breaks off, and how often: after each of
     * so many epochs, or after so many seconds. path NULL: none. */
    const char *checkpoint;
    uint64_t every_epochs;
    double every_seconds;

    /* Where what happens goes: a table, learning curves, the plane of a network of two
     * inputs. NULL: nowhere. */
    const char *history, *watch, *regions;

    /* The options as they were given, NULL for those that were not: to be kept. "" stands
     * for an option without a value. */
    const char *given[MOST_SETTINGS];
};

extern const char train_help[], resume_help[];

/* The command line of train, all of it checked. */
struct settings settings_read(int argc, char **argv);

/* The command line of resume, on top of what was kept beside the checkpoint that it
 * names. Texts live until the end of the program. */
struct settings settings_resume(int argc, char **argv, uint64_t *fingerprint);

/* Keep them beside the checkpoint, with the fingerprint of the rows. */
void settings_keep(const struct settings *s, uint64_t fingerprint);

/* The training is complete: the checkpoint and what is beside it go. */
void settings_forget(const struct settings *s);

/* How targets were scaled: by column, to mean 0 and deviation 1. */
struct scale {
    double mean, deviation;
};

struct rows {
    bp_dataset *all, *train, *test; /* test NULL: nothing is held out. */
    bp_scaler *scaler;
    struct scale *scales; /* NULL: classes. */
    uint64_t fingerprint; /* Of all as they are in the table. */
};

struct rows rows_read(const struct settings *s);
void rows_free(struct rows *rows);

#endif
