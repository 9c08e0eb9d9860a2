/* SPDX-License-Identifier: MIT */
/*
 * Golden numbers of another implementation, tests/parity/NAME.txt: cases by name, in each
 * arrays of numbers by name. tests/parity/README.md describes the files. Whatever is not
 * as expected fails the running test and says what.
 */
#ifndef SUPPORT_PARITY_H
#define SUPPORT_PARITY_H

#include <stdbool.h>
#include <stddef.h>

enum { PARITY_NAME = 64, PARITY_ARRAYS = 48 };

struct parity_array {
    char name[PARITY_NAME];
    double *values;
    size_t count;
};

struct parity_case {
    char name[PARITY_NAME];
    struct parity_array arrays[PARITY_ARRAYS];
    size_t count;
};

struct parity_file {
    struct parity_case *cases;
    size_t count;
};

/** Read tests/parity/NAME.txt. */
struct parity_file *parity_read(const char *name);
void parity_free(struct parity_file *file);

/** Read the same form from a text; NULL where it is none. For the reader's own tests. */
struct parity_file *parity_parse(const char *text);

bool parity_has(const struct parity_case *of, const char *array);

/** The array of that name and how many numbers it has. */
const double *parity_array(const struct parity_case *of, const char *array,
                           size_t *count);

/** The array of that name, which must have @p count numbers. */
const double *parity_values(const struct parity_case *of, const char *array,
                            size_t count);

/** The one number of that name. */
double parity_number(const struct parity_case *of, const char *array);

#endif
