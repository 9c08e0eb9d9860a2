/* SPDX-License-Identifier: MIT */
/* Weights by class: each row's weight is multiplied by that of its class. */
#include "dataset.h"

#include <math.h>

/*
 * Balanced: class c of n_c rows, of n rows and k classes that occur, weighs n / (k n_c),
 * so that all classes weigh alike and the mean weight is 1. Counts first, weights after.
 */
static void balance(const struct bp_dataset *dataset, double *weights)
{
    const size_t classes = dataset->content.classes;
    const size_t rows = dataset->content.rows;
    double occur = 0;
    size_t row;
    size_t c;

    for (row = 0; row < rows; row++)
        weights[bp_dataset_label_at(dataset, row)]++;
    for (c = 0; c < classes; c++)
        occur += weights[c] > 0;
    for (c = 0; c < classes; c++)
        if (weights[c] > 0)
            weights[c] = (double)rows / (occur * weights[c]);
}

static bool is_weight(double weight)
{
    return weight >= 0 && weight - weight == 0;
}

static bp_status check_rows(struct bp_dataset *dataset, const double *weights)
{
    size_t row;

    for (row = 0; row < dataset->content.rows; row++) {
        const double weight = bp_dataset_weight_at(dataset, row) *
                              weights[bp_dataset_label_at(dataset, row)];

        if (!is_weight((double)(float)weight))
            return bp_fail(&dataset->text, BP_EDATA,
                           "weights make that of row %zu %s, expected finite in float",
                           row, bp_number(weight).text);
    }
    return BP_OK;
}

static bp_status replace(struct bp_dataset *dataset, const double *weights)
{
    struct bp_part *old = &dataset->content.parts[BP_PART_WEIGHTS];
    struct bp_part part;
    bp_status status = check_rows(dataset, weights);
    float *to;
    size_t row;

    if (status != BP_OK)
        return status;
    to = bp_part_create(&dataset->host, dataset->content.rows, 1, &part);
    if (to == NULL)
        return bp_dataset_no_memory(dataset);
    for (row = 0; row < dataset->content.rows; row++)
        to[row] = (float)(bp_dataset_weight_at(dataset, row) *
                          weights[bp_dataset_label_at(dataset, row)]);
    bp_part_release(&dataset->host, old);
    *old = part;
    return BP_OK;
}

static bp_status check(struct bp_dataset *dataset, const float *weights, size_t classes)
{
    size_t c;

    if (dataset->content.classes == 0)
        return bp_fail(&dataset->text, BP_ESTATE, "the data set has no labels");
    if (classes != dataset->content.classes)
        return bp_fail(&dataset->text, BP_ESHAPE, "classes is %zu, expected %zu", classes,
                       dataset->content.classes);
    for (c = 0; weights != NULL && c < classes; c++)
        if (!is_weight((double)weights[c]))
            return bp_fail(&dataset->text, BP_EDATA,
                           "weights[%zu] is %s, expected a finite number, 0 or more", c,
                           bp_number((double)weights[c]).text);
    return BP_OK;
}

bp_status bp_dataset_weigh_classes(bp_dataset *dataset, const float *weights,
                                   size_t classes)
{
    double *of_class;
    bp_status status;
    size_t c;

    if (dataset == NULL)
        return BP_EINVAL;
    status = check(dataset, weights, classes);
    if (status != BP_OK)
        return status;
    of_class = bp_host_allocate(&dataset->host, classes * sizeof *of_class);
    if (of_class == NULL)
        return bp_dataset_no_memory(dataset);
    if (weights == NULL)
        balance(dataset, of_class);
    for (c = 0; weights != NULL && c < classes; c++)
        of_class[c] = (double)weights[c];
    status = replace(dataset, of_class);
    bp_host_release(&dataset->host, of_class, classes * sizeof *of_class);
    return status;
}
