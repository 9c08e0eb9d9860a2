/* SPDX-License-Identifier: MIT */
/* Bad arguments: the readers of data sets. Bad files are not here, see test_csv.c and
 * test_idx.c. See badargs.h. */
#include "badargs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>

enum { IMAGES = WORLD_IMAGES_SIZE, LABELS = WORLD_LABELS_SIZE };

static size_t csv_size(void)
{
    return strlen(world_csv);
}

static void test_csv(void **state)
{
    struct world *w = *state;
    bp_dataset *e = w->empty;

    BAD(bp_csv_options_init, options, "NULL", BP_EINVAL, NOTHING,
        bp_csv_options_init(NULL));
    BAD(bp_dataset_read_csv, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_read_csv(NULL, "data.csv", NULL));
    BAD(bp_dataset_read_csv, path, "NULL", BP_EINVAL, e,
        bp_dataset_read_csv(e, NULL, NULL));
    BAD(bp_dataset_read_csv, state, "not empty", BP_ESTATE, w->labels,
        bp_dataset_read_csv(w->labels, "data.csv", NULL));
    BAD(bp_dataset_read_csv, state, "no such file", BP_EIO, e,
        bp_dataset_read_csv(e, "no such file", NULL));
    BAD(bp_dataset_parse_csv, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_parse_csv(NULL, world_csv, csv_size(), NULL));
    BAD(bp_dataset_parse_csv, bytes, "NULL", BP_EINVAL, e,
        bp_dataset_parse_csv(e, NULL, csv_size(), NULL));
    BAD(bp_dataset_parse_csv, state, "0 bytes", BP_EDATA, e,
        bp_dataset_parse_csv(e, world_csv, 0, NULL));
    BAD(bp_dataset_parse_csv, state, "1 byte", BP_EDATA, e,
        bp_dataset_parse_csv(e, world_csv, 1, NULL));
    ANY(bp_dataset_parse_csv, size, "the two rows above");
    BAD(bp_dataset_parse_csv, state, "not empty", BP_ESTATE, w->inputs,
        bp_dataset_parse_csv(w->inputs, world_csv, csv_size(), NULL));
}

static const char *const no_name[] = {NULL};
static const char *const unknown[] = {"z"};
static const char *const twice[] = {"x", "x"};
static const char *const y[] = {"y"};

static bp_status parse(struct world *w, const bp_csv_options *options)
{
    return bp_dataset_parse_csv(w->empty, world_csv, csv_size(), options);
}

/* Each field of the options, wrong: one row for each value. */
#define BAD_OPTION(field, status, ...)                                                  \
    do {                                                                                \
        bp_csv_options o = w->csv_numbers;                                              \
        o.field = __VA_ARGS__;                                                          \
        BAD(bp_dataset_parse_csv, field, #__VA_ARGS__, status, w->empty, parse(w, &o)); \
        BAD(bp_dataset_read_csv, field, #__VA_ARGS__, status, w->empty,                 \
            bp_dataset_read_csv(w->empty, "data.csv", &o));                             \
    } while (0)

static void test_csv_options(void **state)
{
    struct world *w = *state;
    bp_csv_options wrong = w->csv_numbers;

    wrong.struct_size -= 1;
    BAD_SAYS(bp_dataset_parse_csv, options, "struct_size", "wrong struct_size", BP_EINVAL,
             w->empty, parse(w, &wrong));
    BAD_SAYS(bp_dataset_read_csv, options, "struct_size", "wrong struct_size", BP_EINVAL,
             w->empty, bp_dataset_read_csv(w->empty, "data.csv", &wrong));
    BAD_OPTION(separator, BP_EINVAL, 0);
    BAD_OPTION(separator, BP_EINVAL, '"');
    BAD_OPTION(separator, BP_EINVAL, '\n');
    BAD_OPTION(separator, BP_EINVAL, '\r');
    BAD_OPTION(separator, BP_EINVAL, -1);
    BAD_OPTION(separator, BP_EINVAL, 256);
    BAD_OPTION(has_header, BP_EINVAL, -1);
    BAD_OPTION(has_header, BP_EINVAL, 2);
    BAD_OPTION(target_kind, BP_EINVAL, -1);
    BAD_OPTION(target_kind, BP_EINVAL, 3);
    BAD_OPTION(drop_missing, BP_EINVAL, -1);
    BAD_OPTION(drop_missing, BP_EINVAL, 2);
    BAD_OPTION(one_hot, BP_EINVAL, -1);
    BAD_OPTION(one_hot, BP_EINVAL, 2);
    BAD_OPTION(reserved_too, BP_EINVAL, 1);
    BAD_OPTION(targets_count, BP_EINVAL, 0);
    BAD_OPTION(features_count, BP_EINVAL, 0);
    BAD_OPTION(targets, BP_EINVAL, no_name);
    BAD_OPTION(features, BP_EINVAL, no_name);
    BAD_OPTION(targets, BP_EINVAL, unknown);
    BAD_OPTION(features, BP_EINVAL, unknown);
    BAD_OPTION(features, BP_EINVAL, y);
    BAD_OPTION(row_limit, BP_EINVAL, 0);
    BAD_OPTION(reserved, BP_EINVAL, 1);
    BAD_OPTION(targets, BP_EINVAL, NULL);
    BAD_OPTION(features, BP_EINVAL, NULL);
    wrong = w->csv_numbers;
    wrong.features = twice;
    wrong.features_count = 2;
    BAD(bp_dataset_parse_csv, features, "one twice", BP_EINVAL, w->empty,
        parse(w, &wrong));
    wrong = w->csv_numbers;
    wrong.row_limit = 3;
    BAD(bp_dataset_parse_csv, state, "more rows than row_limit", BP_ELIMIT, w->empty,
        parse(w, &wrong));
    wrong = w->csv_numbers;
    wrong.target_kind = BP_CSV_CLASSES;
    wrong.targets = twice;
    wrong.targets_count = 2;
    wrong.features = y;
    BAD(bp_dataset_parse_csv, targets_count, "two columns of classes", BP_EINVAL,
        w->empty, parse(w, &wrong));
}

static void test_idx(void **state)
{
    struct world *w = *state;
    bp_dataset *e = w->empty;

    BAD(bp_dataset_read_idx, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_read_idx(NULL, "images", "labels"));
    BAD(bp_dataset_read_idx, inputs, "NULL", BP_EINVAL, e,
        bp_dataset_read_idx(e, NULL, "labels"));
    BAD(bp_dataset_read_idx, state, "no images", BP_EIO, e,
        bp_dataset_read_idx(e, "no such file", "labels"));
    BAD(bp_dataset_read_idx, state, "no labels", BP_EIO, e,
        bp_dataset_read_idx(e, "images", "no such file"));
    ANY(bp_dataset_read_idx, labels, "may be NULL; the row above");
    BAD(bp_dataset_read_idx, state, "not empty", BP_ESTATE, w->labels,
        bp_dataset_read_idx(w->labels, "images", "labels"));
    BAD(bp_dataset_parse_idx, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_parse_idx(NULL, world_images, IMAGES, world_labels, LABELS));
    BAD(bp_dataset_parse_idx, inputs, "NULL", BP_EINVAL, e,
        bp_dataset_parse_idx(e, NULL, IMAGES, world_labels, LABELS));
    BAD(bp_dataset_parse_idx, labels_size, "not 0 for NULL", BP_EINVAL, e,
        bp_dataset_parse_idx(e, world_images, IMAGES, NULL, LABELS));
    ANY(bp_dataset_parse_idx, labels, "may be NULL; the row above");
    for (size_t size = 0; size < IMAGES; ++size)
        BAD(bp_dataset_parse_idx, state, "images cut", BP_EDATA, e,
            bp_dataset_parse_idx(e, world_images, size, world_labels, LABELS));
    ANY(bp_dataset_parse_idx, inputs_size, "the rows above");
    for (size_t size = 0; size < LABELS; ++size)
        BAD(bp_dataset_parse_idx, state, "labels cut", BP_EDATA, e,
            bp_dataset_parse_idx(e, world_images, IMAGES, world_labels, size));
    BAD(bp_dataset_parse_idx, state, "not empty", BP_ESTATE, w->inputs,
        bp_dataset_parse_idx(w->inputs, world_images, IMAGES, world_labels, LABELS));
}

static void test_npy(void **state)
{
    struct world *w = *state;
    bp_dataset *e = w->empty;
    const unsigned char *inputs = world_inputs_npy;
    const unsigned char *labels = world_labels_npy;

    BAD(bp_dataset_read_npy, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_read_npy(NULL, "inputs.npy", "labels.npy"));
    BAD(bp_dataset_read_npy, inputs, "NULL", BP_EINVAL, e,
        bp_dataset_read_npy(e, NULL, "labels.npy"));
    BAD(bp_dataset_read_npy, state, "no inputs", BP_EIO, e,
        bp_dataset_read_npy(e, "no such file", "labels.npy"));
    BAD(bp_dataset_read_npy, state, "no targets", BP_EIO, e,
        bp_dataset_read_npy(e, "inputs.npy", "no such file"));
    ANY(bp_dataset_read_npy, targets, "may be NULL; the row above");
    BAD(bp_dataset_read_npy, state, "not empty", BP_ESTATE, w->labels,
        bp_dataset_read_npy(w->labels, "inputs.npy", "labels.npy"));
    BAD(bp_dataset_parse_npy, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_parse_npy(NULL, inputs, WORLD_INPUTS_NPY_SIZE, labels,
                             WORLD_LABELS_NPY_SIZE));
    BAD(bp_dataset_parse_npy, inputs, "NULL", BP_EINVAL, e,
        bp_dataset_parse_npy(e, NULL, 1, labels, WORLD_LABELS_NPY_SIZE));
    BAD(bp_dataset_parse_npy, targets_size, "not 0 for NULL", BP_EINVAL, e,
        bp_dataset_parse_npy(e, inputs, WORLD_INPUTS_NPY_SIZE, NULL, 1));
    ANY(bp_dataset_parse_npy, targets, "may be NULL; the row above");
    for (size_t size = 0; size < WORLD_INPUTS_NPY_SIZE; ++size)
        BAD(bp_dataset_parse_npy, state, "inputs cut", BP_EDATA, e,
            bp_dataset_parse_npy(e, inputs, size, labels, WORLD_LABELS_NPY_SIZE));
    ANY(bp_dataset_parse_npy, inputs_size, "the rows above");
    for (size_t size = 0; size < WORLD_LABELS_NPY_SIZE; ++size)
        BAD(bp_dataset_parse_npy, state, "targets cut", BP_EDATA, e,
            bp_dataset_parse_npy(e, inputs, WORLD_INPUTS_NPY_SIZE, labels, size));
    BAD(bp_dataset_parse_npy, state, "not empty", BP_ESTATE, w->inputs,
        bp_dataset_parse_npy(w->inputs, inputs, WORLD_INPUTS_NPY_SIZE, NULL, 0));
}

/* Each call of the file table fails once: EIO, nothing kept, the file closed. */
static void test_file_faults(void **state)
{
    struct world *w = *state;

    for (size_t nth = 1; nth <= 3; ++nth) {
        failing_env_arm_files(&w->host, nth, 5);
        BAD(bp_dataset_read_csv, state, "a file call fails", BP_EIO, w->empty,
            bp_dataset_read_csv(w->empty, "data.csv", NULL));
        assert_int_equal(w->host.open_files, 0);
    }
    for (size_t nth = 1; nth <= 7; ++nth) {
        failing_env_arm_files(&w->host, nth, 5);
        if (bp_dataset_read_idx(w->empty, "images", "labels") == BP_OK)
            fail_msg("call %zu of the file table failed unseen", nth);
        failing_env_arm_files(&w->host, nth, 5);
        BAD(bp_dataset_read_idx, state, "a file call fails", BP_EIO, w->empty,
            bp_dataset_read_idx(w->empty, "images", "labels"));
        assert_int_equal(w->host.open_files, 0);
    }
}

BAD_GROUP(test_csv, test_csv_options, test_idx, test_npy, test_file_faults)
