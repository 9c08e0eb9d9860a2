/* SPDX-License-Identifier: MIT */
/* NPY: what is read, what is refused and with which words. */
#include "dataset_helpers.h"

#include "dataset.h"

#include <math.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A file of one version: its dictionary, padded as NumPy pads it, and elements. */
struct file {
    unsigned char bytes[1024];
    size_t size;
};

static struct file make(int version, const char *dictionary, const void *elements,
                        size_t elements_size)
{
    const size_t prefix = version == 1 ? 10 : 12;
    size_t header = strlen(dictionary) + 1;
    struct file file = {{0x93, 'N', 'U', 'M', 'P', 'Y', (unsigned char)version, 0}, 0};

    while ((prefix + header) % 64 != 0)
        header++;
    assert_true(prefix + header + elements_size <= sizeof file.bytes);
    file.bytes[8] = (unsigned char)header;
    file.bytes[9] = (unsigned char)(header >> 8);
    memset(file.bytes + prefix, ' ', header);
    memcpy(file.bytes + prefix, dictionary, strlen(dictionary));
    file.bytes[prefix + header - 1] = '\n';
    memcpy(file.bytes + prefix + header, elements, elements_size);
    file.size = prefix + header + elements_size;
    return file;
}

/* Read as inputs; from a copy of exactly its size, so that a sanitizer sees a read past
 * it. */
static bp_status parse(bp_dataset *dataset, const struct file *file)
{
    unsigned char *exact = malloc(file->size + 1);
    bp_status status;

    assert_non_null(exact);
    memcpy(exact, file->bytes, file->size);
    status = bp_dataset_parse_npy(dataset, exact, file->size, NULL, 0);
    free(exact);
    return status;
}

static void assert_inputs(void **state, const struct file *file, const float *expected,
                          size_t rows, size_t cols)
{
    bp_dataset *dataset = new_dataset(*state);

    if (parse(dataset, file) != BP_OK)
        fail_msg("%s", bp_dataset_error(dataset));
    assert_int_equal(bp_dataset_rows(dataset), rows);
    assert_int_equal(bp_dataset_inputs(dataset), cols);
    for (size_t i = 0; i < rows * cols; i++)
        assert_same_f32(bp_dataset_input_row(dataset, i / cols)[i % cols], expected[i]);
    bp_dataset_destroy(dataset);
}

/* ---- what is read ---- */

static void every_version(void **state)
{
    static const unsigned char elements[] = {1, 2, 3, 4, 5, 6};
    static const float expected[] = {1, 2, 3, 4, 5, 6};

    for (int version = 1; version <= 3; version++) {
        const struct file file =
            make(version, "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }",
                 elements, sizeof elements);

        assert_inputs(state, &file, expected, 2, 3);
    }
}

static void every_type(void **state)
{
    static const struct {
        const char *type;
        unsigned char bytes[16];
        size_t size;
        float expected[2];
    } rows[] = {
        {"|b1", {0, 1}, 2, {0, 1}},
        {"|u1", {0, 255}, 2, {0, 255}},
        {"|i1", {0x80, 0x7F}, 2, {-128, 127}},
        {"<u2", {0x34, 0x12, 0xFF, 0xFF}, 4, {4660, 65535}},
        {">u2", {0x12, 0x34, 0xFF, 0xFF}, 4, {4660, 65535}},
        {"<i2", {0x00, 0x80, 0xFF, 0xFF}, 4, {-32768, -1}},
        {">i2", {0x80, 0x00, 0xFF, 0xFE}, 4, {-32768, -2}},
        {"<u4", {0, 0, 0, 0x80, 5, 0, 0, 0}, 8, {2147483648.0f, 5}},
        {"<i4", {0, 0, 0, 0x80, 0xFB, 0xFF, 0xFF, 0xFF}, 8, {-2147483648.0f, -5}},
        {">i4", {0xFF, 0xFF, 0xFF, 0xFB, 0, 0, 1, 0}, 8, {-5, 256}},
        {"<f4", {0, 0, 0xC0, 0x3F, 0, 0, 0, 0x80}, 8, {1.5f, -0.0f}},
        {">f4", {0x3F, 0xC0, 0, 0, 0x80, 0, 0, 0}, 8, {1.5f, -0.0f}},
        {"=f4", {0, 0, 0xC0, 0x3F, 0, 0, 0, 0x80}, 8, {1.5f, -0.0f}},
        {"<i8",
         {0, 0, 0, 0, 0, 0, 0, 0x80, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
         16,
         {-9223372036854775808.0f, -1}},
        {"<u8",
         {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 7},
         16,
         {18446744073709551616.0f, 7}},
        {"<f8",
         {0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0},
         16,
         {0.1f, -2}},
        {">f8", {0x3F, 0xB9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9A, 0xC0}, 16, {0.1f, -2}},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[100];
        struct file file;

        (void)snprintf(text, sizeof text,
                       "{'descr': '%s', 'fortran_order': False, 'shape': (2,), }",
                       rows[i].type);
        file = make(1, text, rows[i].bytes, rows[i].size);
        assert_inputs(state, &file, rows[i].expected, 2, 1);
    }
}

/* The same array in both orders: element (i, j, k) is 100 i + 10 j + k. */
static void both_orders(void **state)
{
    enum { A = 3, B = 2, C = 4, ALL = A * B * C };
    unsigned char c_order[ALL], fortran[ALL];
    float expected[ALL];
    struct file file;

    for (size_t i = 0; i < A; i++)
        for (size_t j = 0; j < B; j++)
            for (size_t k = 0; k < C; k++) {
                const unsigned char value = (unsigned char)(100 * i / 2 + 10 * j + k);

                c_order[(i * B + j) * C + k] = value;
                fortran[i + A * (j + B * k)] = value;
                expected[(i * B + j) * C + k] = value;
            }
    file = make(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2, 4), }",
                c_order, ALL);
    assert_inputs(state, &file, expected, A, B * C);
    file = make(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (3, 2, 4), }",
                fortran, ALL);
    assert_inputs(state, &file, expected, A, B * C);
}

static void dictionaries_of_others(void **state)
{
    static const char *const texts[] = {
        "{'descr':'|u1','fortran_order':False,'shape':(2,)}",
        "{ 'shape': (2,) , 'descr':  '|u1', 'fortran_order': False }",
        "{'shape': (2, 1), 'fortran_order': True, 'descr': '|u1',}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1, 1, 1, 1, 1, 1, 1), }",
    };
    static const unsigned char elements[] = {7, 9};
    static const float expected[] = {7, 9};

    for (size_t i = 0; i < COUNT(texts); i++) {
        const struct file file = make(1, texts[i], elements, sizeof elements);

        assert_inputs(state, &file, expected, 2, 1);
    }
}

/* ---- targets ---- */

static const char shape_4[] = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }";

static bp_status with_targets(bp_dataset *dataset, const char *type, const char *shape,
                              const void *elements, size_t size)
{
    static const unsigned char inputs[4] = {0};
    const struct file x =
        make(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (4,), }", inputs, 4);
    struct file y;
    char text[100];

    (void)snprintf(text, sizeof text, shape_4, type, shape);
    y = make(1, text, elements, size);
    return bp_dataset_parse_npy(dataset, x.bytes, x.size, y.bytes, y.size);
}

static void labels_and_targets(void **state)
{
    static const unsigned char classes[] = {2, 0, 5, 1};
    static const float numbers[] = {0.5f, -1, 2, 3};
    bp_dataset *dataset = new_dataset(*state);

    assert_int_equal(with_targets(dataset, "|u1", "(4,)", classes, 4), BP_OK);
    assert_int_equal(bp_dataset_classes(dataset), 6);
    assert_int_equal(bp_dataset_outputs(dataset), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(bp_dataset_label_at(dataset, i), classes[i]);
    bp_dataset_destroy(dataset);
    dataset = new_dataset(*state);
    assert_int_equal(with_targets(dataset, "<f4", "(4,)", numbers, 16), BP_OK);
    assert_int_equal(bp_dataset_classes(dataset), 0);
    assert_int_equal(bp_dataset_outputs(dataset), 1);
    assert_same_f32(bp_dataset_target_row(dataset, 1)[0], -1);
    bp_dataset_destroy(dataset);
    dataset = new_dataset(*state);
    assert_int_equal(with_targets(dataset, "|u1", "(4, 1)", classes, 4), BP_OK);
    assert_int_equal(bp_dataset_outputs(dataset), 1);
    assert_same_f32(bp_dataset_target_row(dataset, 2)[0], 5);
    bp_dataset_destroy(dataset);
}

static void targets_that_are_refused(void **state)
{
    static const unsigned char one_less[] = {1, 2, 3};
    static const signed char negative[] = {0, 1, -1, 2};
    static const uint32_t large[] = {0, 1000000, 1, 2};
    bp_dataset *dataset = new_dataset(*state);

    assert_int_equal(with_targets(dataset, "|u1", "(3,)", one_less, 3), BP_ESHAPE);
    assert_line(bp_dataset_error(dataset), "targets: the rows are 3, expected 4");
    assert_int_equal(with_targets(dataset, "|i1", "(4,)", negative, 4), BP_EDATA);
    assert_line(bp_dataset_error(dataset), "targets: row 2 is -1, expected a label from");
    assert_int_equal(with_targets(dataset, "<u4", "(4,)", large, 16), BP_EDATA);
    assert_line(bp_dataset_error(dataset),
                "row 1 is 1e+06, expected a label from 0 to 9");
    assert_int_equal(bp_dataset_rows(dataset), 0);
    bp_dataset_destroy(dataset);
}

/* ---- what is refused ---- */

static void assert_refused(void **state, const struct file *file, bp_status status,
                           const char *words)
{
    bp_dataset *dataset = new_dataset(*state);
    const bp_status answer = parse(dataset, file);

    assert_line(bp_dataset_error(dataset), words);
    assert_int_equal(answer, status);
    assert_int_equal(bp_dataset_rows(dataset), 0);
    bp_dataset_destroy(dataset);
}

static const struct {
    const char *name, *text;
    bp_status status;
    const char *words;
} dictionaries[] = {
    {"nothing", "", BP_EDATA, "expected '{'"},
    {"not closed", "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), ", BP_EDATA,
     "expected '}'"},
    {"more behind", "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }x",
     BP_EDATA, "expected spaces and a line end"},
    {"one key twice", "{'descr': '|u1', 'descr': '|u1', 'shape': (2,), }", BP_EDATA,
     "each once"},
    {"one key less", "{'descr': '|u1', 'shape': (2,), }", BP_EDATA, "each once"},
    {"one key more", "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'x': 1, }",
     BP_EDATA, "expected '}'"},
    {"a key of another name", "{'desc': '|u1', 'fortran_order': False, 'shape': (2,)}",
     BP_EDATA, "each once"},
    {"double quotes", "{\"descr\": '|u1', 'fortran_order': False, 'shape': (2,)}",
     BP_EDATA, "each once"},
    {"no comma", "{'descr': '|u1' 'fortran_order': False, 'shape': (2,)}", BP_EDATA,
     "expected ','"},
    {"order 1", "{'descr': '|u1', 'fortran_order': 1, 'shape': (2,)}", BP_EDATA,
     "expected True or False"},
    {"shape that is a list", "{'descr': '|u1', 'fortran_order': False, 'shape': [2]}",
     BP_EDATA, "expected '('"},
    {"shape that is a number", "{'descr': '|u1', 'fortran_order': False, 'shape': (2)}",
     BP_EDATA, "expected ',' or ')'"},
    {"shape of nothing", "{'descr': '|u1', 'fortran_order': False, 'shape': ()}",
     BP_EDATA, "the shape is ()"},
    {"negative shape", "{'descr': '|u1', 'fortran_order': False, 'shape': (-2,)}",
     BP_EDATA, "whole and not negative"},
    {"fractional shape", "{'descr': '|u1', 'fortran_order': False, 'shape': (2.0,)}",
     BP_EDATA, "expected ',' or ')'"},
    {"shape with a zero", "{'descr': '|u1', 'fortran_order': False, 'shape': (02,)}",
     BP_EDATA, "whole and not negative"},
    {"long integers", "{'descr': '|u1', 'fortran_order': False, 'shape': (2L,)}",
     BP_EDATA, "expected ',' or ')'"},
    {"an expression", "{'descr': '|u1', 'fortran_order': False, 'shape': (1+1,)}",
     BP_EDATA, "expected ',' or ')'"},
    {"huge shape",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (18446744073709551618,)}",
     BP_EDATA, "whole and not negative"},
    {"product that wraps to 4",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (4194305, 4194305, "
     "211106198978564)}",
     BP_EDATA, "the product of the dimensions overflows"},
    {"byte size that overflows",
     "{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,)}",
     BP_EDATA, "the product of the dimensions overflows"},
    {"zero dimension", "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 0)}",
     BP_EDATA, "dimension 2 is 0"},
    {"zero that hides an overflow",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (9223372036854775807, 4, 0)}",
     BP_EDATA, "dimension 3 is 0"},
    {"nine dimensions",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1, 1, 1, 1, 1, 1, 1, 1)}",
     BP_EDATA, "more than 8 dimensions"},
    {"other size", "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", BP_EDATA,
     "the elements are 2 bytes, expected 3"},
    {"trailing bytes", "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}",
     BP_EDATA, "the elements are 2 bytes, expected 1"},
    {"pickled objects", "{'descr': '|O', 'fortran_order': False, 'shape': (2,)}",
     BP_EUNSUPPORTED, "no objects, texts or other numbers"},
    {"objects", "{'descr': '|O8', 'fortran_order': False, 'shape': (2,)}",
     BP_EUNSUPPORTED, "no objects"},
    {"records", "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}",
     BP_EUNSUPPORTED, "no records"},
    {"texts", "{'descr': '<U1', 'fortran_order': False, 'shape': (2,)}", BP_EUNSUPPORTED,
     "no objects, texts"},
    {"bytes", "{'descr': '|S1', 'fortran_order': False, 'shape': (2,)}", BP_EUNSUPPORTED,
     "no objects, texts"},
    {"complex", "{'descr': '<c8', 'fortran_order': False, 'shape': (2,)}",
     BP_EUNSUPPORTED, "no objects, texts"},
    {"half", "{'descr': '<f2', 'fortran_order': False, 'shape': (2,)}", BP_EUNSUPPORTED,
     "no objects, texts"},
    {"long double", "{'descr': '<f16', 'fortran_order': False, 'shape': (2,)}",
     BP_EUNSUPPORTED, "no objects, texts"},
    {"dates", "{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (2,)}",
     BP_EUNSUPPORTED, "no objects, texts"},
    {"wide truth", "{'descr': '<b2', 'fortran_order': False, 'shape': (2,)}",
     BP_EUNSUPPORTED, "no objects, texts"},
    {"no order of bytes", "{'descr': '|i2', 'fortran_order': False, 'shape': (2,)}",
     BP_EUNSUPPORTED, "no objects, texts"},
    {"another order of bytes", "{'descr': '!i2', 'fortran_order': False, 'shape': (2,)}",
     BP_EUNSUPPORTED, "no objects, texts"},
};

static void dictionaries_that_are_refused(void **state)
{
    for (size_t i = 0; i < COUNT(dictionaries); i++) {
        const struct file file = make(1, dictionaries[i].text, "\1\2", 2);

        assert_refused(state, &file, dictionaries[i].status, dictionaries[i].words);
    }
}

static void frames_that_are_refused(void **state)
{
    static const char good[] =
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }";
    struct file file = make(1, good, "\1\2", 2);

    file.bytes[0] = 0x92;
    assert_refused(state, &file, BP_EDATA, "do not begin with \\x93NUMPY");
    file = make(4, good, "\1\2", 2);
    assert_refused(state, &file, BP_EUNSUPPORTED, "the version is 4.0, expected 1.0");
    file = make(1, good, "\1\2", 2);
    file.bytes[6] = 0;
    assert_refused(state, &file, BP_EUNSUPPORTED, "the version is 0.0");
    file.bytes[6] = 1;
    file.bytes[7] = 1;
    assert_refused(state, &file, BP_EUNSUPPORTED, "the version is 1.1");
    file.bytes[7] = 0;
    file.bytes[9] = 0xFF;
    assert_refused(state, &file, BP_EDATA, "the header has 65398 bytes, the data only");
    file = make(2, good, "\1\2", 2);
    memset(file.bytes + 8, 0xFF, 4);
    assert_refused(state, &file, BP_EDATA, "the header has 4294967295 bytes, the data");
    file = make(1, good, "\1\2", 2);
    file.bytes[file.size - 3] = ' ';
    assert_refused(state, &file, BP_EDATA, "expected spaces and a line end");
}

static void numbers_that_are_refused(void **state)
{
    const double huge[] = {1, 1e39};
    const float nan[] = {1, (float)NAN};
    struct file file =
        make(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }", huge, 16);

    assert_refused(state, &file, BP_EDATA, "row 0, column 1 is not a finite number");
    file = make(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }", nan, 8);
    assert_refused(state, &file, BP_EDATA, "row 1, column 0 is not a finite number");
}

/* Every byte changed, every place where it can end: refused, or read as something. */
static void every_byte(void **state)
{
    static const float elements[] = {1, 2, 3, 4, 5, 6};
    const struct file whole = make(
        1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", elements, 24);

    for (size_t at = 0; at < whole.size; at++)
        for (int value = 0; value < 256; value++) {
            struct file file = whole;
            bp_dataset *dataset = new_dataset(*state);
            bp_status status;

            file.bytes[at] = (unsigned char)value;
            status = parse(dataset, &file);
            assert_true(status == BP_OK || status == BP_EDATA ||
                        status == BP_EUNSUPPORTED);
            bp_dataset_destroy(dataset);
        }
    for (size_t size = 0; size < whole.size; size++) {
        struct file file = whole;

        file.size = size;
        assert_refused(state, &file, BP_EDATA, "inputs: ");
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(every_version),
        TEST(every_type),
        TEST(both_orders),
        TEST(dictionaries_of_others),
        TEST(labels_and_targets),
        TEST(targets_that_are_refused),
        TEST(dictionaries_that_are_refused),
        TEST(frames_that_are_refused),
        TEST(numbers_that_are_refused),
        TEST(every_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
