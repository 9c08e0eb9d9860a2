/* SPDX-License-Identifier: MIT */
/* An input column of indices becomes one column for each of them. */
#include "dataset.h"

#include "format/exact.h"

#include <string.h>

/* The column, and how many take its place. */
struct widening {
    struct bp_dataset *dataset;
    size_t col, categories;
    size_t width; /* Of all inputs afterwards. */
};

static bp_status check(struct widening *w)
{
    struct bp_dataset *dataset = w->dataset;
    const size_t cols = dataset->content.parts[BP_PART_INPUTS].width;

    if (cols == 0)
        return bp_fail(&dataset->text, BP_ESTATE, "the data set has no inputs");
    if (w->col >= cols)
        return bp_fail(&dataset->text, BP_EINVAL, "col is %zu, expected below %zu",
                       w->col, cols);
    if (w->categories == 0 || w->categories > BP_CLASSES_LIMIT)
        return bp_fail(&dataset->text, BP_EINVAL, "categories is %zu, expected 1 to %d",
                       w->categories, BP_CLASSES_LIMIT);
    for (size_t row = 0; row < dataset->content.rows; row++) {
        const float value = bp_dataset_input_row(dataset, row)[w->col];

        if (!(value >= 0 && value < (float)w->categories) ||
            (float)(size_t)value != value)
            return bp_fail(&dataset->text, BP_EDATA,
                           "row %zu, column %zu is %s, expected a whole number below %zu",
                           row, w->col, bp_number((double)value).text, w->categories);
    }
    if (!bp_add(cols - 1, w->categories, &w->width))
        return bp_dataset_no_memory(dataset);
    return BP_OK;
}

static void fill(const struct widening *w, float *to)
{
    const size_t cols = w->dataset->content.parts[BP_PART_INPUTS].width;

    for (size_t row = 0; row < w->dataset->content.rows; row++, to += w->width) {
        const float *from = bp_dataset_input_row(w->dataset, row);

        memcpy(to, from, w->col * sizeof *to);
        to[w->col + (size_t)from[w->col]] = 1;
        memcpy(to + w->col + w->categories, from + w->col + 1,
               (cols - w->col - 1) * sizeof *to);
    }
}

/* "name", or "name=index" for the column; behind it a NUL. @p to may be NULL.
 * @return its size. */
static size_t put_name(const struct widening *w, size_t slot, char *to)
{
    const bool before = slot < w->col;
    const bool in = !before && slot < w->col + w->categories;
    const size_t col = before ? slot : in ? w->col : slot - w->categories + 1;
    const char *name = bp_dataset_input_name(w->dataset, col);
    const size_t length = strlen(name);
    struct bp_exact number;
    const char *index = in ? bp_exact_whole(&number, slot - w->col) : "";
    const size_t rest = in ? strlen(index) + 1 : 0;

    if (to != NULL) {
        memcpy(to, name, length);
        to[length] = '=';
        memcpy(to + length + (in ? 1 : 0), index, strlen(index) + 1);
    }
    return length + rest + 1;
}

/* @return false if there is no memory. */
static bool make_names(const struct widening *w, struct bp_names *names)
{
    size_t size = 0;
    size_t *offsets;

    *names = (struct bp_names){.count = 0};
    if (w->dataset->content.input_names.count == 0)
        return true;
    if (!bp_mul(w->width, sizeof *offsets, &size))
        return false;
    for (size_t slot = 0; slot < w->width; slot++)
        if (!bp_add(size, put_name(w, slot, NULL), &size))
            return false;
    names->block = bp_block_create(&w->dataset->host, size);
    if (names->block == NULL)
        return false;
    names->count = w->width;
    offsets = (size_t *)(void *)bp_block_data(names->block);
    size = w->width * sizeof *offsets;
    for (size_t slot = 0; slot < w->width; slot++) {
        offsets[slot] = size;
        size += put_name(w, slot, (char *)bp_block_data(names->block) + size);
    }
    return true;
}

bp_status bp_dataset_one_hot_input(bp_dataset *dataset, size_t col, size_t categories)
{
    struct widening w = {.dataset = dataset, .col = col, .categories = categories};
    struct bp_names names;
    struct bp_part part;
    struct bp_content *content;
    bp_status status;
    float *to;

    if (dataset == NULL)
        return BP_EINVAL;
    status = check(&w);
    if (status != BP_OK)
        return status;
    content = &dataset->content;
    to = bp_part_create(&dataset->host, content->rows, w.width, &part);
    if (to == NULL)
        return bp_dataset_no_memory(dataset);
    if (!make_names(&w, &names)) {
        bp_part_release(&dataset->host, &part);
        return bp_dataset_no_memory(dataset);
    }
    fill(&w, to);
    bp_part_release(&dataset->host, &content->parts[BP_PART_INPUTS]);
    bp_block_release(&dataset->host, content->input_names.block);
    content->parts[BP_PART_INPUTS] = part;
    content->input_names = names;
    return BP_OK;
}
