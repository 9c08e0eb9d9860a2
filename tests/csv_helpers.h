/* SPDX-License-Identifier: MIT */
/* What the tests of CSV have in common. */
#ifndef TESTS_CSV_HELPERS_H
#define TESTS_CSV_HELPERS_H

#include "dataset_helpers.h"

#include "dataset.h"

#include <stdlib.h>

static inline char *room_for(size_t size)
{
    char *text = malloc(size);

    assert_non_null(text);
    return text;
}

/* Read files of the repository; memory is watched as before. */
static inline bp_dataset *reader_of_files(struct failing_env *env)
{
    env->env.files = NULL;
    return new_dataset(env);
}

static inline bp_csv_options defaults(void)
{
    bp_csv_options options;

    assert_int_equal(bp_csv_options_init(&options), BP_OK);
    return options;
}

/* Two columns of numbers, the second one a target; no header. */
static inline bp_csv_options plain(void)
{
    bp_csv_options options = defaults();

    options.has_header = 0;
    options.target_kind = BP_CSV_NUMBERS;
    return options;
}

static inline bp_dataset *parse(struct failing_env *env, const char *text,
                                const bp_csv_options *options)
{
    bp_dataset *dataset = new_dataset(env);

    if (bp_dataset_parse_csv(dataset, text, strlen(text), options) != BP_OK)
        fail_msg("'%s' is refused: %s", text, bp_dataset_error(dataset));
    return dataset;
}

static inline void assert_inputs(const bp_dataset *dataset, size_t row, float a, float b)
{
    const float expected[2] = {a, b};

    assert_int_equal(bp_dataset_inputs(dataset), 2);
    assert_bits_f32(bp_dataset_input_row(dataset, row), expected, 2);
}

struct refused {
    const char *text;
    size_t size; /* 0: strlen */
    bp_status status;
    const char *words;
};

static inline void assert_refused(struct failing_env *env, const struct refused *refused,
                                  const bp_csv_options *options)
{
    const size_t size = refused->size > 0 ? refused->size : strlen(refused->text);
    const size_t before = env->live_count;
    bp_dataset *dataset = new_dataset(env);
    char *exact = malloc(size > 0 ? size : 1); /* so that ASan sees what is read beyond */
    bp_status status;

    memcpy(exact, refused->text, size);
    status = bp_dataset_parse_csv(dataset, exact, size, options);
    free(exact);
    if (status != refused->status)
        fail_msg("'%s' gives %d, '%s'", refused->text, (int)status,
                 bp_dataset_error(dataset));
    assert_line(bp_dataset_error(dataset), refused->words);
    assert_int_equal(env->live_count, before + 1);
    assert_int_equal(bp_dataset_rows(dataset), 0);
    assert_int_equal(bp_dataset_inputs(dataset), 0);
    bp_dataset_destroy(dataset);
}

#endif
