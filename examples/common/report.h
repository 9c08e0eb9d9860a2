/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_REPORT_H
#define EXAMPLES_REPORT_H

/* What a classifier said about rows whose class is known. */

#include <backprop.h>

struct answers {
    size_t rows;
    size_t classes;
    int32_t *label; /* what each row is */
    int32_t *said;  /* what the network said it is: the largest of its outputs */
    float *outputs; /* rows * classes: all that it put out */
    size_t right;
};

/* Ask the network about every row; destroy the answers afterwards. */
void answers_create(const bp_network *network, const bp_dataset *data,
                    struct answers *answers);

void answers_destroy(struct answers *answers);

/* Print "right of rows right, percent". */
void answers_print_accuracy(const struct answers *answers);

/* Print how many rows of each class (down) were taken for each class (across). */
void answers_print_confusion(const struct answers *answers, const bp_dataset *data);

#endif
