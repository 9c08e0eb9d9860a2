/* SPDX-License-Identifier: MIT */
/* What the tests of data sets, their readers and scalers have in common. */
#ifndef TESTS_DATASET_HELPERS_H
#define TESTS_DATASET_HELPERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compare.h"
#include "failing_env.h"

#include <backprop.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef BP_SOURCE_DIR
#define BP_SOURCE_DIR "."
#endif

/* Fixture of a test: a host that watches, and must be clean at the end. */
static inline int begin(void **state)
{
    struct failing_env *env = calloc(1, sizeof *env);

    assert_non_null(env);
    failing_env_init(env);
    *state = env;
    return 0;
}

static inline int end(void **state)
{
    struct failing_env *env = *state;

    assert_env_clean(env);
    failing_env_free(env);
    free(env);
    return 0;
}

static inline bp_dataset *new_dataset(struct failing_env *env)
{
    bp_dataset *dataset = NULL;

    assert_int_equal(bp_dataset_create(env != NULL ? &env->env : NULL, &dataset), BP_OK);
    assert_non_null(dataset);
    return dataset;
}

/* Fails with the line itself, so that a wrong text can be read. */
static inline void require_line(const char *line, const char *part, const char *file,
                                int number)
{
    if (line == NULL || part == NULL || strstr(line, part) == NULL) {
        print_error("the line is  '%s'\nexpected it to hold  '%s'\n",
                    line != NULL ? line : "NULL", part != NULL ? part : "NULL");
        _fail(file, number);
        return;
    }
    for (const char *c = line; *c != '\0'; c++)
        if (*c < ' ' || *c > '~') {
            print_error("'%s' holds more than printable ASCII\n", line);
            _fail(file, number);
        }
}
#define assert_line(line, part) require_line(line, part, __FILE__, __LINE__)

/* All that can be asked of a data set, as one number: rows, widths, names, and the bits
 * of every row. FNV-1a, 64 bits. */
static inline uint64_t digest_bytes(uint64_t digest, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        digest = (digest ^ ((const unsigned char *)bytes)[i]) * 0x100000001B3u;
    return digest;
}

static inline uint64_t digest_number(uint64_t digest, uint64_t number)
{
    unsigned char bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(number >> 8 * i);
    return digest_bytes(digest, bytes, sizeof bytes);
}

static inline uint64_t digest_floats(uint64_t digest, const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;

        memcpy(&bits, &values[i], sizeof bits);
        digest = digest_number(digest, bits);
    }
    return digest;
}

static inline uint64_t digest_row(const bp_dataset *dataset, size_t row)
{
    uint64_t digest = 0xCBF29CE484222325u;
    float values[4096];
    int32_t label;
    const size_t inputs = bp_dataset_inputs(dataset);
    const size_t outputs = bp_dataset_outputs(dataset);

    assert_true(inputs <= 4096 && outputs <= 4096);
    if (inputs > 0) {
        assert_int_equal(bp_dataset_get_inputs(dataset, row, values, inputs), BP_OK);
        digest = digest_floats(digest, values, inputs);
    }
    if (outputs > 0) {
        assert_int_equal(bp_dataset_get_targets(dataset, row, values, outputs), BP_OK);
        digest = digest_floats(digest, values, outputs);
    }
    if (bp_dataset_classes(dataset) > 0) {
        assert_int_equal(bp_dataset_get_label(dataset, row, &label), BP_OK);
        digest = digest_number(digest, (uint64_t)label);
    }
    return digest;
}

static inline uint64_t digest_dataset(const bp_dataset *dataset)
{
    uint64_t digest = 0xCBF29CE484222325u;

    digest = digest_number(digest, bp_dataset_rows(dataset));
    digest = digest_number(digest, bp_dataset_inputs(dataset));
    digest = digest_number(digest, bp_dataset_outputs(dataset));
    digest = digest_number(digest, bp_dataset_classes(dataset));
    digest = digest_number(digest, bp_dataset_dropped(dataset));
    for (size_t i = 0; bp_dataset_class_name(dataset, i) != NULL; i++) {
        const char *name = bp_dataset_class_name(dataset, i);

        digest = digest_bytes(digest, name, strlen(name) + 1);
    }
    for (size_t i = 0; bp_dataset_input_name(dataset, i) != NULL; i++) {
        const char *name = bp_dataset_input_name(dataset, i);

        digest = digest_bytes(digest, name, strlen(name) + 1);
    }
    for (size_t row = 0; row < bp_dataset_rows(dataset); row++)
        digest = digest_number(digest, digest_row(dataset, row));
    return digest;
}

/* A generator for tests alone: xorshift64*. */
static inline uint64_t test_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545F4914F6CDD1Du;
}

static inline size_t test_below(uint64_t *state, size_t bound)
{
    return (size_t)(test_random(state) % bound);
}

#endif
