/* SPDX-License-Identifier: MIT */
/* Folds: the rows in k parts of equal size, one held out and the others to train on. */
#include "dataset.h"
#include "dataset_order.h"
#include "rng.h"

enum { FOLD_TENSOR = 1 };

/*
 * Which fold row i of the order belongs to. As they lie: the fold's block. At random:
 * they take turns. Stratified: so do the rows of each class, and a class begins where the
 * one before it ended; so the folds' sizes differ by 1 at most, and so do those of a
 * class.
 */
static size_t fold_of(const bp_fold *fold, size_t rows, size_t i)
{
    size_t block = rows / fold->folds;
    const size_t larger = rows % fold->folds; /* The first folds have one row more. */

    if (fold->method != BP_SPLIT_ORDERED)
        return i % fold->folds;
    if (i < larger * (block + 1))
        return i / (block + 1);
    return larger + (i - larger * (block + 1)) / block;
}

/* Turn number of each class's next row. */
static size_t *class_turns(const struct bp_dataset *dataset)
{
    const size_t classes = dataset->content.classes;
    size_t *turns = bp_host_allocate(&dataset->host, classes * sizeof *turns);
    size_t before = 0;
    size_t row;
    size_t c;

    if (turns == NULL)
        return NULL;
    for (row = 0; row < dataset->content.rows; row++)
        turns[bp_dataset_label_at(dataset, row)]++;
    for (c = 0; c < classes; c++) {
        const size_t count = turns[c];

        turns[c] = before;
        before += count;
    }
    return turns;
}

/* Put the rows of the fold behind the others; both in the order of @p from.
 * @return how many are in the fold. */
static size_t deal(const struct bp_dataset *dataset, const bp_fold *fold, size_t *turns,
                   const size_t *from, size_t *to)
{
    const size_t rows = dataset->content.rows;
    size_t first = 0;
    size_t second = rows;
    size_t i;

    for (i = 0; i < rows; i++) {
        size_t turn = i;

        if (turns != NULL)
            turn = turns[bp_dataset_label_at(dataset, from[i])]++;
        if (fold_of(fold, rows, turn) == fold->fold)
            to[--second] = from[i];
        else
            to[first++] = from[i];
    }
    return rows - second;
}

/* @return the rows held out, at the end; 0 if there is no memory. */
static size_t arrange(struct bp_dataset *whole, const bp_fold *fold)
{
    const struct bp_host *host = &whole->host;
    struct bp_rng rng = {
        .seed = fold->seed, .stream = BP_STREAM_SPLIT, .tensor = FOLD_TENSOR};
    const bool stratified = fold->method == BP_SPLIT_STRATIFIED;
    struct bp_block *from = bp_order_identity(host, whole->content.rows);
    struct bp_block *to = bp_order_identity(host, whole->content.rows);
    size_t *turns = stratified ? class_turns(whole) : NULL;
    size_t count = 0;

    if (from != NULL && to != NULL && (turns != NULL || !stratified)) {
        if (fold->method != BP_SPLIT_ORDERED)
            bp_rng_shuffle(&rng, bp_order_picks(from), whole->content.rows);
        count = deal(whole, fold, turns, bp_order_picks(from), bp_order_picks(to));
        if (!bp_dataset_reorder(whole, to))
            count = 0;
    }
    bp_host_release(host, turns, whole->content.classes * sizeof *turns);
    bp_block_release(host, from);
    bp_block_release(host, to);
    return count;
}

static bp_status check(struct bp_dataset *dataset, const bp_fold *fold)
{
    struct bp_text *text = &dataset->text;
    const struct bp_content *content = &dataset->content;

    if (fold->struct_size != sizeof *fold)
        return bp_fail(text, BP_EINVAL, "fold.struct_size is %u, expected %zu",
                       (unsigned)fold->struct_size, sizeof *fold);
    if (fold->method < BP_SPLIT_ORDERED || fold->method > BP_SPLIT_STRATIFIED)
        return bp_fail(text, BP_EINVAL, "fold.method is %ld, expected a BP_SPLIT_ value",
                       (long)fold->method);
    if (fold->folds < 2 || fold->fold >= fold->folds)
        return bp_fail(text, BP_EINVAL,
                       "fold.fold is %zu of fold.folds %zu, expected one of 2 or more",
                       fold->fold, fold->folds);
    if (content->rows < fold->folds)
        return bp_fail(text, BP_ESTATE, "the data set has %zu rows, expected %zu or more",
                       content->rows, fold->folds);
    if (fold->method == BP_SPLIT_STRATIFIED && content->classes == 0)
        return bp_fail(text, BP_ESTATE, "the data set has no labels");
    return BP_OK;
}

bp_status bp_dataset_fold(bp_dataset *dataset, const bp_fold *fold, bp_dataset **first,
                          bp_dataset **second)
{
    struct bp_dataset *whole;
    struct bp_dataset *end = NULL;
    size_t count = 0;
    bp_status status;

    if (dataset == NULL)
        return BP_EINVAL;
    if (fold == NULL || first == NULL || second == NULL)
        return bp_fail_null(&dataset->text, fold == NULL    ? "fold"
                                            : first == NULL ? "first"
                                                            : "second");
    status = check(dataset, fold);
    if (status != BP_OK)
        return status;
    whole = bp_dataset_twin(dataset);
    if (whole != NULL)
        count = arrange(whole, fold);
    if (count > 0)
        end = bp_dataset_cut_twin(whole, dataset->content.rows - count, count);
    if (end == NULL) {
        bp_dataset_destroy(whole);
        return bp_dataset_no_memory(dataset);
    }
    bp_dataset_cut(whole, 0, dataset->content.rows - count);
    *first = whole;
    *second = end;
    return BP_OK;
}
