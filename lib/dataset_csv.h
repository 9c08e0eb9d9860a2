/* SPDX-License-Identifier: MIT */
/* A CSV file on its way to a data set: what its readers share. */
#ifndef BP_DATASET_CSV_H
#define BP_DATASET_CSV_H

#include "dataset_read.h"
#include "dataset_words.h"
#include "format/csv.h"

enum bp_role { BP_ROLE_NONE, BP_ROLE_FEATURE, BP_ROLE_TARGET };

struct bp_column {
    struct bp_csv_field name;
    char number[8]; /* The name, where the file has none. */
    enum bp_role role;
    size_t index; /* Among the features or the targets. */
    bool is_text; /* One hot: its words are inputs. */
    bool given;   /* So the caller says. */
    struct bp_words words;
};

struct bp_table {
    const struct bp_host *host;
    struct bp_text *text;
    bp_csv_options options;
    struct bp_csv body; /* At the first row. */
    size_t cols;
    struct bp_column *columns;
    size_t features, targets;
    size_t rows, kept;
    struct bp_content content;
    float *inputs, *outputs; /* Where the next row goes. */
    int32_t *label;
    float *values; /* The row that is being read: features, then targets. */
    size_t values_size;
    struct bp_csv_field class_field;
    struct bp_csv_field unknown; /* A word of the row; text NULL: none. */
    bool complete;
    struct bp_name_set classes;
};

bp_status bp_table_no_memory(struct bp_table *table);

/** Columns and their names. */
bp_status bp_table_read_columns(struct bp_table *table);

/** Give columns their roles, by the options. */
bp_status bp_table_choose_targets(struct bp_table *table);
bp_status bp_table_choose_features(struct bp_table *table);

typedef bp_status (*bp_field_fn)(struct bp_table *table, const struct bp_column *column,
                                 const struct bp_csv_field *field);

/** Read a row; @p visit, or NULL, sees the values that are there and wanted. */
bp_status bp_table_read_row(struct bp_table *table, struct bp_csv *csv,
                            bp_field_fn visit);

/** With one_hot: the columns of texts and their words, each of which is an input. */
bp_status bp_table_find_words(struct bp_table *table);

/** 1 for the word, 0 for the others of its column. */
bp_status bp_table_read_word(struct bp_table *table, const struct bp_column *column,
                             const struct bp_csv_field *field);

/** "column", or "column=word", of each input. @return false if there is no memory. */
bool bp_table_name_inputs(struct bp_table *table);

/** What a field says: the text of the file, or one that was taken for it. */
struct bp_plain {
    const char *text;
    size_t length;
    char *taken;
    size_t size;
};

/** @return false if there is no memory. */
bool bp_plain_begin(const struct bp_table *table, const struct bp_csv_field *field,
                    struct bp_plain *plain);
void bp_plain_end(const struct bp_table *table, const struct bp_plain *plain);

#endif
