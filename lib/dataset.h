/* SPDX-License-Identifier: MIT */
/*
 * Data sets, and what other rooms may ask of them.
 *
 * A data set has up to four parts: inputs, targets, labels, weights. A part is a table of
 * elements of four bytes (float, or int32_t for labels) in storage that is shared with
 * other data sets or borrowed from the caller, and the order in which its rows are taken:
 * row r of the data set lies at order[r] of the storage. A slice or a split copies no
 * row.
 */
#ifndef BP_DATASET_H
#define BP_DATASET_H

#include "dataset_block.h"
#include "env.h"

enum bp_part_kind {
    BP_PART_INPUTS,
    BP_PART_TARGETS,
    BP_PART_LABELS,
    BP_PART_WEIGHTS,
    BP_PART_COUNT
};

struct bp_part {
    const unsigned char *values; /**< Row 0 of the storage; NULL: no such part. */
    size_t width;                /**< Elements of a row. */
    size_t step;                 /**< From one row to the next, in bytes. */
    struct bp_block *block;      /**< Where the values lie; NULL: they are borrowed. */
    const size_t *order;         /**< NULL: as the rows lie. */
    struct bp_block *order_block;
};

/** Names, in one block: so many offsets from its beginning, then the texts. */
struct bp_names {
    size_t count;
    struct bp_block *block;
};

/** All that a data set holds, as a value: an operation makes a new content, and puts it
 * in the place of the old one when nothing can fail any more. */
struct bp_content {
    size_t rows;
    size_t classes;
    size_t dropped;
    struct bp_part parts[BP_PART_COUNT];
    struct bp_names class_names;
    struct bp_names input_names;
};

struct bp_dataset {
    struct bp_host host;
    struct bp_text text;
    struct bp_content content;
};

enum { BP_ELEMENT_SIZE = 4, BP_CLASSES_LIMIT = 1000000 };

/* For the trainer. @p row is from 0, in the order of the data set, and is there. */

/** NULL without inputs. */
const float *bp_dataset_input_row(const struct bp_dataset *dataset, size_t row);

/** NULL without targets. */
const float *bp_dataset_target_row(const struct bp_dataset *dataset, size_t row);

/** -1 without labels. */
int32_t bp_dataset_label_at(const struct bp_dataset *dataset, size_t row);

/** 1 without weights. */
double bp_dataset_weight_at(const struct bp_dataset *dataset, size_t row);

bool bp_dataset_has_weights(const struct bp_dataset *dataset);

/* For the files of this room. */

const void *bp_part_row(const struct bp_part *part, size_t row);

/** Make a part with storage of its own, all zero.
 * @return the storage, to be filled; NULL if there is no memory. */
void *bp_part_create(const struct bp_host *host, size_t rows, size_t width,
                     struct bp_part *part);

void bp_part_release(const struct bp_host *host, struct bp_part *part);

bool bp_content_is_empty(const struct bp_content *content);

/** Make @p copy hold what @p content holds. @return false if there is no memory. */
bool bp_content_share(const struct bp_host *host, const struct bp_content *content,
                      struct bp_content *copy);

void bp_content_release(const struct bp_host *host, struct bp_content *content);

/** A data set that holds what @p dataset holds; NULL if there is no memory. */
struct bp_dataset *bp_dataset_twin(const struct bp_dataset *dataset);

/** Fill an empty data set with what a reader has made; the content is taken over. */
void bp_dataset_adopt(struct bp_dataset *dataset, const struct bp_content *content);

/** bp_fail() with ::BP_ENOMEM. */
bp_status bp_dataset_no_memory(struct bp_dataset *dataset);

/** ::BP_ESTATE unless the data set is empty. */
bp_status bp_dataset_check_empty(struct bp_dataset *dataset);

#endif
