/* SPDX-License-Identifier: MIT */
/*
 * Named tensors and named numbers: all that a training goes on from, in a form that knows
 * nothing of trainers, so that a file can hold it as well.
 */
#ifndef BP_SNAPSHOT_H
#define BP_SNAPSHOT_H

#include "env.h"
#include "name.h"

/** Rows and columns without padding, row by row. */
struct bp_snapshot_tensor {
    char name[BP_NAME_SIZE];
    int32_t precision; /**< A `BP_PRECISION_` value. */
    size_t rows, cols;
    size_t size; /**< In bytes. */
    void *values;
};

struct bp_snapshot_number {
    char name[BP_NAME_SIZE];
    bool is_real;
    uint64_t whole;
    double real;
};

struct bp_snapshot_content {
    struct bp_snapshot_tensor *tensors;
    size_t tensor_count, tensor_capacity;
    struct bp_snapshot_number *numbers;
    size_t number_count, number_capacity;
};

struct bp_snapshot {
    struct bp_host host;
    struct bp_text text;
    struct bp_snapshot_content content;
};

/** Copy a name that a tensor or a number may have. @return false if it is none. */
bool bp_snapshot_name(char to[BP_NAME_SIZE], const char *name);

void bp_snapshot_free(const struct bp_host *host, struct bp_snapshot_content *content);

/** Add a tensor, all 0, whose values are to be filled in; NULL if there is no memory. */
void *bp_snapshot_put_tensor(const struct bp_host *host,
                             struct bp_snapshot_content *content,
                             const struct bp_snapshot_tensor *tensor);

/** @return false if there is no memory. */
bool bp_snapshot_put_number(const struct bp_host *host,
                            struct bp_snapshot_content *content,
                            const struct bp_snapshot_number *number);

/** NULL if there is none of that name. */
const struct bp_snapshot_tensor *bp_snapshot_find_tensor(
    const struct bp_snapshot_content *content, const char *name);
const struct bp_snapshot_number *bp_snapshot_find_number(
    const struct bp_snapshot_content *content, const char *name);

#endif
