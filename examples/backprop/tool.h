/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_BACKPROP_TOOL_H
#define EXAMPLES_BACKPROP_TOOL_H

/* What the commands of the tool share. Each command is one source. */

#include "files.h"

#include <backprop.h>
#include <stdio.h>

struct command {
    const char *name;
    const char *summary;
    const char *help;
    /* The words behind the name of the program; the first is the command's. */
    int (*run)(int argc, char **argv);
};

extern const struct command command_train, command_resume, command_predict,
    command_evaluate, command_inspect, command_export, command_explain, command_picture,
    command_watch;

/* Names between commas, for as long as the text lives. */
struct names {
    char *text;
    const char **list;
    size_t count;
};

struct names names_split(const char *text);
void names_free(struct names *names);

/* How a table is read. */
struct table {
    const char *path;
    const char *targets; /* NULL: the last column. */
    int separator;
    int has_header;
    int drop_missing;
};

enum { TABLE_CLASSES, TABLE_NUMBERS, TABLE_NO_TARGETS };

/* Options that all readers of tables have: put a case for each of these into the loop. */
#define TABLE_OPTIONS                                                                    \
    {"target", required_argument, NULL, 't'},                                            \
        {"separator", required_argument, NULL, 's'},                                     \
        {"no-header", no_argument, NULL, 'n'}, {"drop-missing", no_argument, NULL, 'd'}, \
        {"help", no_argument, NULL, 'h'},                                                \
    {                                                                                    \
        NULL, 0, NULL, 0                                                                 \
    }

/* 1 if the option was one of those above. --help prints the text and ends. */
int table_option(struct table *table, int option, const char *help);

/* Read it; features may be NULL for all that are no targets. */
bp_dataset *table_read(const struct table *table, int targets,
                       const char *const *features, size_t count);

/* A model from its file, ready to predict. */
struct model {
    const char *path;
    bp_bundle *bundle;
    bp_network *network;
    bp_workspace *workspace;
    size_t inputs, outputs, classes;
    const char **input_names; /* NULL: the file has none. */
};

/* path "-": from standard input. */
struct model model_load(const char *path);
void model_free(struct model *model);

/* Read a table for the model: its columns, as they are. */
bp_dataset *model_read_raw(const struct model *model, const struct table *table,
                           int targets);

/* The same, scaled as its training was. */
bp_dataset *model_read(const struct model *model, const struct table *table, int targets);

/* The outputs of all rows, one row after the other; take it back with free(). */
float *model_predict(const struct model *model, const bp_dataset *data);

/* The class of a row by the model's names; a class that it has not ends the program. */
size_t model_label(const struct model *model, const bp_dataset *data, size_t row);

/* The one word that is left behind the options. */
const char *word_only(int argc, char **argv, int next, const char *what);

#endif
