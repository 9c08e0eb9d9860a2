/* SPDX-License-Identifier: MIT */
#include "report.h"

#include "check.h"
#include "terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One row: its inputs, the label it has, the outputs and the class it is given. */
static void answer_row(const bp_network *network, bp_workspace *workspace,
                       const bp_dataset *data, struct answers *answers, size_t row)
{
    const size_t inputs = bp_dataset_inputs(data);
    float *values = check_allocate(inputs, sizeof *values);
    float *outputs = answers->outputs + row * answers->classes;

    CHECK_STATUS(bp_dataset_get_inputs(data, row, values, inputs));
    CHECK_STATUS(bp_dataset_get_label(data, row, &answers->label[row]));
    CHECK(workspace, bp_network_predict(network, workspace, values, inputs, outputs,
                                        answers->classes));
    CHECK(workspace, bp_network_classify(network, workspace, values, inputs,
                                         &answers->said[row], 1));
    answers->right += answers->said[row] == answers->label[row];
    free(values);
}

void answers_create(const bp_network *network, const bp_dataset *data,
                    struct answers *answers)
{
    const size_t rows = bp_dataset_rows(data);
    const size_t classes = bp_network_outputs(network);
    bp_workspace *workspace;

    answers->rows = rows;
    answers->classes = classes;
    answers->right = 0;
    answers->label = check_allocate(rows, sizeof *answers->label);
    answers->said = check_allocate(rows, sizeof *answers->said);
    answers->outputs = check_allocate(rows * classes, sizeof *answers->outputs);
    CHECK_STATUS(bp_workspace_create(network, 1, &workspace));
    for (size_t row = 0; row < rows; row++)
        answer_row(network, workspace, data, answers, row);
    bp_workspace_destroy(workspace);
}

void answers_destroy(struct answers *answers)
{
    free(answers->label);
    free(answers->said);
    free(answers->outputs);
    memset(answers, 0, sizeof *answers);
}

void answers_print_accuracy(const struct answers *answers)
{
    printf("%zu of %zu right, %.2f %%", answers->right, answers->rows,
           100.0 * (double)answers->right / (double)answers->rows);
}

static size_t count(const struct answers *answers, int32_t label, int32_t said)
{
    size_t found = 0;

    for (size_t row = 0; row < answers->rows; row++)
        found += answers->label[row] == label && answers->said[row] == said;
    return found;
}

/* The class's name as the file has it, or its number. */
static const char *class_name(const bp_dataset *data, size_t index, char *buffer,
                              size_t size)
{
    const char *name = bp_dataset_class_name(data, index);

    snprintf(buffer, size, "%zu", index);
    return name != NULL ? name : buffer;
}

static int name_width(const bp_dataset *data, size_t classes)
{
    char buffer[32];
    size_t width = 4;

    for (size_t i = 0; i < classes; i++) {
        const size_t length = strlen(class_name(data, i, buffer, sizeof buffer));
        if (length > width)
            width = length;
    }
    return (int)width;
}

/* Zeros are dots, so that the eye finds the mistakes; hits are green, mistakes red. */
static void print_cell(size_t found, int hit, int width)
{
    const char *colour = hit ? "\033[32m" : "\033[31m";

    if (found == 0) {
        printf(" %*s", width, ".");
        return;
    }
    if (!terminal_has_colour())
        colour = "";
    printf(" %s%*zu%s", colour, width, found, colour[0] != '\0' ? "\033[0m" : "");
}

void answers_print_confusion(const struct answers *answers, const bp_dataset *data)
{
    const int width = name_width(data, answers->classes);
    char buffer[32];

    printf("%*s  the network said\n%*s  ", width, "it is", width, "");
    for (size_t said = 0; said < answers->classes; said++)
        printf(" %*s", width, class_name(data, said, buffer, sizeof buffer));
    putchar('\n');
    for (size_t label = 0; label < answers->classes; label++) {
        printf("%*s |", width, class_name(data, label, buffer, sizeof buffer));
        for (size_t said = 0; said < answers->classes; said++)
            print_cell(count(answers, (int32_t)label, (int32_t)said), label == said,
                       width);
        putchar('\n');
    }
}
