/* SPDX-License-Identifier: MIT */
/* IDX: what is read, what is refused and with which words. */
#include "dataset_helpers.h"

#include "dataset.h"

#include <math.h>
#include <stdlib.h>

/* Two images of 2 x 3, and their labels. */
static const unsigned char images[] = {0, 0, 8, 3, 0, 0, 0, 2,   0,   0, 0, 2, 0,  0,
                                       0, 3, 0, 1, 2, 3, 4, 255, 128, 5, 6, 7, 51, 254};
static const unsigned char labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 4, 1};

static void images_and_labels(void **state)
{
    bp_dataset *dataset = new_dataset(*state);

    assert_int_equal(
        bp_dataset_parse_idx(dataset, images, sizeof images, labels, sizeof labels),
        BP_OK);
    assert_int_equal(bp_dataset_rows(dataset), 2);
    assert_int_equal(bp_dataset_inputs(dataset), 6);
    assert_int_equal(bp_dataset_classes(dataset), 5);
    assert_int_equal(bp_dataset_outputs(dataset), 0);
    assert_null(bp_dataset_class_name(dataset, 0));
    assert_null(bp_dataset_input_name(dataset, 0));
    for (size_t i = 0; i < 12; i++)
        assert_same_f32(bp_dataset_input_row(dataset, i / 6)[i % 6],
                        (float)images[16 + i] / 255.0f);
    assert_int_equal(bp_dataset_label_at(dataset, 0), 4);
    assert_int_equal(bp_dataset_label_at(dataset, 1), 1);
    bp_dataset_destroy(dataset);
}

/* The largest label + 1, wherever it stands. */
static void number_of_classes(void **state)
{
    static const unsigned char cases[][4] = {
        {0, 0, 0, 1}, {0, 1, 2, 3}, {2, 1, 0, 3}, {255, 0, 7, 0}, {0, 255, 1, 0}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned char file[11] = {0, 0, 8, 1, 0, 0, 0, 3};
        bp_dataset *dataset = new_dataset(*state);

        memcpy(file + 8, cases[i], 3);
        assert_int_equal(
            bp_dataset_parse_idx(dataset, file, sizeof file, file, sizeof file), BP_OK);
        assert_int_equal(bp_dataset_classes(dataset),
                         cases[i][3] > 0 ? cases[i][3] : 256);
        bp_dataset_destroy(dataset);
    }
}

static void without_labels(void **state)
{
    bp_dataset *dataset = new_dataset(*state);

    assert_int_equal(bp_dataset_parse_idx(dataset, images, sizeof images, NULL, 0),
                     BP_OK);
    assert_int_equal(bp_dataset_classes(dataset), 0);
    assert_int_equal(bp_dataset_rows(dataset), 2);
    bp_dataset_destroy(dataset);
}

static void arguments_are_checked(void **state)
{
    bp_dataset *dataset = new_dataset(*state);

    assert_int_equal(bp_dataset_parse_idx(NULL, images, sizeof images, NULL, 0),
                     BP_EINVAL);
    assert_int_equal(bp_dataset_read_idx(NULL, "a", NULL), BP_EINVAL);
    assert_int_equal(bp_dataset_parse_idx(dataset, NULL, 10, NULL, 0), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "inputs is NULL");
    assert_int_equal(bp_dataset_read_idx(dataset, NULL, "a"), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "inputs is NULL");
    assert_int_equal(bp_dataset_parse_idx(dataset, images, sizeof images, NULL, 3),
                     BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "labels_size is 3, expected 0");
    assert_int_equal(bp_dataset_read_idx(dataset, "no-such-file", NULL), BP_EIO);
    assert_line(bp_dataset_error(dataset), "no-such-file");
    assert_int_equal(bp_dataset_parse_idx(dataset, images, sizeof images, NULL, 0),
                     BP_OK);
    assert_int_equal(bp_dataset_parse_idx(dataset, images, sizeof images, NULL, 0),
                     BP_ESTATE);
    assert_line(bp_dataset_error(dataset), "has 2 rows, expected an empty one");
    assert_int_equal(bp_dataset_read_idx(dataset, "no-such-file", NULL), BP_ESTATE);
    bp_dataset_destroy(dataset);
}

/* Each type with its extremes, the most significant byte first. */
static void all_types(void **state)
{
    static const struct {
        unsigned char bytes[24];
        size_t size;
        float expected[2];
    } cases[] = {
        {{0, 0, 0x08, 1, 0, 0, 0, 2, 0, 255}, 10, {0.0f, 1.0f}},
        {{0, 0, 0x09, 1, 0, 0, 0, 2, 0x80, 0x7F}, 10, {-128.0f, 127.0f}},
        {{0, 0, 0x0B, 1, 0, 0, 0, 2, 0x80, 0, 0x12, 0x34}, 12, {-32768.0f, 4660.0f}},
        {{0, 0, 0x0C, 1, 0, 0, 0, 2, 0x80, 0, 0, 0, 0, 1, 0, 2},
         16,
         {-2147483648.0f, 65538}},
        {{0, 0, 0x0D, 1, 0, 0, 0, 2, 0x3F, 0xC0, 0, 0, 0x80, 0, 0, 0}, 16, {1.5f, -0.0f}},
        {{0,    0,    0x0E, 1,    0,    0, 0, 2, 0x3F, 0xB9, 0x99, 0x99,
          0x99, 0x99, 0x99, 0x9A, 0xC0, 0, 0, 0, 0,    0,    0,    0},
         24,
         {0.1f, -2.0f}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bp_dataset *dataset = new_dataset(*state);

        assert_int_equal(
            bp_dataset_parse_idx(dataset, cases[i].bytes, cases[i].size, NULL, 0), BP_OK);
        assert_int_equal(bp_dataset_rows(dataset), 2);
        assert_int_equal(bp_dataset_inputs(dataset), 1);
        assert_same_f32(bp_dataset_input_row(dataset, 0)[0], cases[i].expected[0]);
        assert_same_f32(bp_dataset_input_row(dataset, 1)[0], cases[i].expected[1]);
        bp_dataset_destroy(dataset);
    }
}

static void eight_dimensions(void **state)
{
    unsigned char bytes[4 + 32 + 16] = {0, 0, 8, 8};
    bp_dataset *dataset = new_dataset(*state);

    for (size_t i = 0; i < 8; i++)
        bytes[7 + 4 * i] = i % 2 == 0 ? 2 : 1;
    assert_int_equal(bp_dataset_parse_idx(dataset, bytes, sizeof bytes, NULL, 0), BP_OK);
    assert_int_equal(bp_dataset_rows(dataset), 2);
    assert_int_equal(bp_dataset_inputs(dataset), 8);
    bp_dataset_destroy(dataset);
}

struct file {
    const void *bytes;
    size_t size;
};

static void assert_refused(struct failing_env *env, struct file inputs,
                           struct file classes, bp_status status, const char *words)
{
    bp_dataset *dataset = new_dataset(env);
    unsigned char *exact = malloc(inputs.size + 1);
    const size_t live = env->live_count;

    assert_non_null(exact);
    memcpy(exact + 1, inputs.bytes, inputs.size); /* ASan sees what is read beyond */
    if (bp_dataset_parse_idx(dataset, exact + 1, inputs.size, classes.bytes,
                             classes.size) != status)
        fail_msg("expected '%s', got '%s'", words, bp_dataset_error(dataset));
    free(exact);
    assert_line(bp_dataset_error(dataset), words);
    assert_int_equal(env->live_count, live);
    assert_int_equal(bp_dataset_rows(dataset), 0);
    assert_int_equal(bp_dataset_inputs(dataset), 0);
    bp_dataset_destroy(dataset);
}

static void malformed_inputs(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *words;
    } cases[] = {
        {"", 0, "inputs: the data are 0 bytes, expected at least 4"},
        {"\0\0\x08", 3, "inputs: the data are 3 bytes, expected at least 4"},
        {"\1\0\x08\1\0\0\0\1x", 9,
         "inputs: the first two bytes are 0x01 0x00, expected 0"},
        {"\0\2\x08\1\0\0\0\1x", 9,
         "inputs: the first two bytes are 0x00 0x02, expected 0"},
        {"\0\0\x07\1\0\0\0\1x", 9, "inputs: the type is 0x07, expected 0x08, 0x09 or"},
        {"\0\0\x0A\1\0\0\0\1x", 9, "inputs: the type is 0x0a, expected"},
        {"\0\0\x0F\1\0\0\0\1x", 9, "inputs: the type is 0x0f, expected"},
        {"\0\0\xFF\1\0\0\0\1x", 9, "inputs: the type is 0xff, expected"},
        {"\0\0\x08\0x", 5, "inputs: the number of dimensions is 0, expected 1 to 8"},
        {"\0\0\x08\x09\0\0\0\1x", 9,
         "inputs: the number of dimensions is 9, expected 1 to 8"},
        {"\0\0\x08\xFF\0\0\0\1x", 9, "inputs: the number of dimensions is 255, expected"},
        {"\0\0\x08\1\0\0\0", 7, "inputs: the data end within the header, after 7 bytes"},
        {"\0\0\x08\2\0\0\0\1x", 9,
         "inputs: the data end within the header, after 9 bytes"},
        {"\0\0\x08\1\0\0\0\2x", 9, "inputs: the elements are 1 bytes, expected 2 by the"},
        {"\0\0\x08\1\0\0\0\1xy", 10,
         "inputs: the elements are 2 bytes, expected 1 by the"},
        {"\0\0\x0B\1\0\0\0\1x", 9, "inputs: the elements are 1 bytes, expected 2 by the"},
        {"\0\0\x08\1\0\0\0\0", 8, "inputs: dimension 1 is 0, expected at least 1"},
        {"\0\0\x08\2\0\0\0\1\0\0\0\0", 12,
         "inputs: dimension 2 is 0, expected at least 1"},
        {"\0\0\x08\4\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0", 20,
         "inputs: dimension 4 is 0, expected at least 1"},
        {"\0\0\x08\4\0\0\0\1\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 20,
         "inputs: the product of the dimensions overflows"},
        {"\0\0\x08\5\0\0\0\1\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\1", 24,
         "inputs: the product of the dimensions overflows"},
        {"\0\0\x08\3\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 16,
         "inputs: the product of the dimensions overflows"},
        {"\0\0\x0E\2\x80\0\0\0\x80\0\0\0", 12,
         "inputs: the product of the dimensions overflows"},
        {"\0\0\x0D\1\0\0\0\1\x7F\x80\0\0", 12, "inputs: row 0, column 0 is not a finite"},
        {"\0\0\x0D\1\0\0\0\2\0\0\0\0\x7F\xC0\0\0", 16,
         "inputs: row 1, column 0 is not a"},
        {"\0\0\x0E\2\0\0\0\1\0\0\0\1\x7F\xE0\0\0\0\0\0\0", 20,
         "inputs: row 0, column 0 is not a finite number in float"},
        {"\x1F\x8B", 2, "inputs: "},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bp_status status = BP_EDATA;

#if !defined(BP_WITH_ZLIB)
        if (cases[i].bytes[0] == '\x1F')
            status = BP_EUNSUPPORTED;
#endif
        assert_refused(*state, (struct file){cases[i].bytes, cases[i].size},
                       (struct file){NULL, 0}, status, cases[i].words);
    }
}

static void malformed_labels(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        bp_status status;
        const char *words;
    } cases[] = {
        {"", 0, BP_EDATA, "labels: the data are 0 bytes, expected at least 4"},
        {"\0\0\x09\1\0\0\0\2ab", 10, BP_EDATA, "labels: the type is 0x09, expected 0x08"},
        {"\0\0\x08\2\0\0\0\2\0\0\0\1ab", 14, BP_EDATA,
         "labels: the number of dimensions is 2, expected 1"},
        {"\0\0\x08\1\0\0\0\3abc", 11, BP_ESHAPE,
         "labels: the rows are 3, expected 2 as the inputs"},
        {"\0\0\x08\1\0\0\0\1a", 9, BP_ESHAPE,
         "labels: the rows are 1, expected 2 as the inputs"},
        {"\0\0\x08\1\0\0\0\2a", 9, BP_EDATA,
         "labels: the elements are 1 bytes, expected 2"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused(*state, (struct file){images, sizeof images},
                       (struct file){cases[i].bytes, cases[i].size}, cases[i].status,
                       cases[i].words);
}

/* A header may claim what the file does not have: no memory is taken for it. */
static void claims_take_no_memory(void **state)
{
    static const unsigned char bytes[] = {0, 0, 8, 2, 0, 0x7F, 255, 255, 0, 0, 1, 0, 9};
    struct failing_env *env = *state;
    const size_t before = env->peak_bytes;

    assert_refused(env, (struct file){bytes, sizeof bytes}, (struct file){NULL, 0},
                   BP_EDATA, "the elements are 1 bytes");
    assert_true(env->peak_bytes - before < 4096);
}

static void out_of_memory_changes_nothing(void **state)
{
    struct failing_env *env = *state;
    size_t sites = 0;

    failing_env_add_file(env, "images", images, sizeof images);
    failing_env_add_file(env, "labels", labels, sizeof labels);
    for (int i = 0; i < 4; i++) {
        bp_dataset *dataset = new_dataset(env);
        bp_status status = BP_ENOMEM;

        for (size_t nth = 1; status != BP_OK; nth++) {
            const size_t live = env->live_count;

            failing_env_arm(env, nth, i % 2 == 0);
            if (i < 2)
                status = bp_dataset_read_idx(dataset, "images", "labels");
            else
                status = bp_dataset_parse_idx(dataset, images, sizeof images, labels,
                                              sizeof labels);
            if (status == BP_OK)
                break;
            sites++;
            assert_int_equal(status, BP_ENOMEM);
            assert_line(bp_dataset_error(dataset), "memory");
            assert_int_equal(env->live_count, live);
            assert_int_equal(bp_dataset_rows(dataset), 0);
        }
        failing_env_arm(env, 0, false);
        assert_int_equal(bp_dataset_rows(dataset), 2);
        bp_dataset_destroy(dataset);
    }
    assert_true(sites >= 12);
}

static void files_that_fail(void **state)
{
    struct failing_env *env = *state;
    bp_dataset *dataset = new_dataset(env);
    bp_status status = BP_EIO;
    size_t sites = 0;

    failing_env_add_file(env, "images", images, sizeof images);
    failing_env_add_file(env, "labels", labels, sizeof labels);
    assert_int_equal(bp_dataset_read_idx(dataset, "another", "labels"), BP_EIO);
    assert_line(bp_dataset_error(dataset), "another");
    assert_int_equal(bp_dataset_read_idx(dataset, "images", "other"), BP_EIO);
    assert_line(bp_dataset_error(dataset), "other");
    for (size_t nth = 1; status != BP_OK; nth++) {
        failing_env_arm_files(env, nth, 5);
        status = bp_dataset_read_idx(dataset, "images", "labels");
        if (status == BP_OK)
            break;
        sites++;
        assert_int_equal(status, BP_EIO);
        assert_int_equal(env->open_files, 0);
        assert_int_equal(bp_dataset_rows(dataset), 0);
    }
    failing_env_arm_files(env, 0, 0);
    assert_true(sites >= 8);
    bp_dataset_destroy(dataset);
}

static void try_bytes(struct failing_env *env, const unsigned char *bytes, size_t size,
                      bool as_labels)
{
    unsigned char *exact = malloc(size > 0 ? size : 1);
    bp_dataset *dataset = new_dataset(env);
    bp_status status;

    assert_non_null(exact);
    memcpy(exact, bytes, size);
    if (as_labels)
        status = bp_dataset_parse_idx(dataset, images, sizeof images, exact, size);
    else
        status = bp_dataset_parse_idx(dataset, exact, size, labels, sizeof labels);
    free(exact);
    assert_true(status == BP_OK || status == BP_EDATA || status == BP_ESHAPE);
    assert_int_equal(bp_dataset_rows(dataset), status == BP_OK ? 2 : 0);
    (void)digest_dataset(dataset);
    bp_dataset_destroy(dataset);
}

static void every_truncation_and_every_flip(void **state)
{
    unsigned char bytes[sizeof images];

    for (size_t cut = 0; cut < sizeof images; cut++)
        try_bytes(*state, images, cut, false);
    for (size_t cut = 0; cut < sizeof labels; cut++)
        try_bytes(*state, labels, cut, true);
    for (size_t at = 0; at < sizeof images + sizeof labels; at++)
        for (unsigned int value = 0; value < 256; value++) {
            const bool as_labels = at >= sizeof images;
            const size_t size = as_labels ? sizeof labels : sizeof images;

            memcpy(bytes, as_labels ? labels : images, size);
            bytes[as_labels ? at - sizeof images : at] = (unsigned char)value;
            try_bytes(*state, bytes, size, as_labels);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(images_and_labels),
        TEST(number_of_classes),
        TEST(without_labels),
        TEST(arguments_are_checked),
        TEST(all_types),
        TEST(eight_dimensions),
        TEST(malformed_inputs),
        TEST(malformed_labels),
        TEST(claims_take_no_memory),
        TEST(out_of_memory_changes_nothing),
        TEST(files_that_fail),
        TEST(every_truncation_and_every_flip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0 ? 1 : 0;
}
