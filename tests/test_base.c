/* SPDX-License-Identifier: MIT */
/* Checked arithmetic on sizes, and the line of text about a failure. */
#include "unit_helpers.h"

#include "base.h"

#define HALF_BITS (SIZE_MAX >> (sizeof(size_t) * 4)) /* 2^32 - 1 of 2^64 - 1 */

/* A call that must fail, and leave its result alone. */
static void assert_overflow(bool (*f)(size_t, size_t, size_t *), size_t a, size_t b)
{
    size_t result = 12345;

    assert_false(f(a, b, &result));
    assert_int_equal(result, 12345);
}

static void assert_result(bool (*f)(size_t, size_t, size_t *), size_t a, size_t b,
                          size_t expected)
{
    size_t result = ~expected;

    assert_true(f(a, b, &result));
    assert_true(result == expected);
}

static void multiplies(void **state)
{
    (void)state;
    assert_result(bp_mul, 0, 0, 0);
    assert_result(bp_mul, 0, SIZE_MAX, 0);
    assert_result(bp_mul, SIZE_MAX, 0, 0);
    assert_result(bp_mul, 6, 7, 42);
    assert_result(bp_mul, SIZE_MAX, 1, SIZE_MAX);
    assert_result(bp_mul, 1, SIZE_MAX, SIZE_MAX);
    assert_result(bp_mul, SIZE_MAX / 3, 3, SIZE_MAX / 3 * 3);
    assert_result(bp_mul, HALF_BITS, HALF_BITS + 2, SIZE_MAX);
    assert_overflow(bp_mul, SIZE_MAX, 2);
    assert_overflow(bp_mul, 2, SIZE_MAX);
    assert_overflow(bp_mul, SIZE_MAX / 3 + 1, 3);
    assert_overflow(bp_mul, HALF_BITS + 1, HALF_BITS + 1);
    assert_overflow(bp_mul, SIZE_MAX, SIZE_MAX);
}

static void adds(void **state)
{
    (void)state;
    assert_result(bp_add, 0, 0, 0);
    assert_result(bp_add, 40, 2, 42);
    assert_result(bp_add, SIZE_MAX, 0, SIZE_MAX);
    assert_result(bp_add, SIZE_MAX - 5, 5, SIZE_MAX);
    assert_overflow(bp_add, SIZE_MAX, 1);
    assert_overflow(bp_add, 1, SIZE_MAX);
    assert_overflow(bp_add, SIZE_MAX / 2 + 1, SIZE_MAX / 2 + 1);
}

static void aligns_up(void **state)
{
    (void)state;
    for (size_t alignment = 1; alignment <= 4096; alignment *= 2)
        for (size_t size = 0; size < 300; size++)
            assert_result(bp_align_up, size, alignment,
                          (size + alignment - 1) / alignment * alignment);
    assert_result(bp_align_up, SIZE_MAX - 63, 64, SIZE_MAX - 63);
    assert_result(bp_align_up, SIZE_MAX, 1, SIZE_MAX);
    assert_overflow(bp_align_up, SIZE_MAX - 62, 64);
    assert_overflow(bp_align_up, SIZE_MAX, 2);
}

static void pads_widths(void **state)
{
    (void)state;
    assert_int_equal(bp_padded(0), 0);
    for (size_t width = 1; width < 200; width++) {
        assert_int_equal(bp_padded(width) % BP_LANES, 0);
        assert_true(bp_padded(width) >= width);
        assert_true(bp_padded(width) < width + BP_LANES);
    }
}

static void fails_with_a_line(void **state)
{
    struct bp_text text = {"before"};

    (void)state;
    assert_int_equal(bp_fail(&text, BP_ESHAPE, "rows is %d, expected %s", 0, "1"),
                     BP_ESHAPE);
    assert_string_equal(text.line, "rows is 0, expected 1");
    assert_int_equal(bp_fail_null(&text, "inputs"), BP_EINVAL);
    assert_string_equal(text.line, "inputs is NULL");
}

/* The bytes behind the line stay as they were. */
static void cuts_long_lines(void **state)
{
    struct {
        struct bp_text text;
        char guard[64];
    } box;
    char longer[2 * BP_TEXT_SIZE + 1];

    (void)state;
    memset(&box, 'g', sizeof box);
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(bp_fail(&box.text, BP_EDATA, "%s", longer), BP_EDATA);
    assert_int_equal(strlen(box.text.line), BP_TEXT_SIZE - 1);
    assert_memory_equal(box.text.line, longer, BP_TEXT_SIZE - 1);
    for (size_t i = 0; i < sizeof box.guard; i++)
        assert_int_equal(box.guard[i], 'g');
    longer[BP_TEXT_SIZE - 1] = '\0';
    (void)bp_fail(&box.text, BP_EDATA, "%s", longer);
    assert_string_equal(box.text.line, longer);
}

static void writes_numbers(void **state)
{
    static const struct {
        double value;
        const char *text;
    } rows[] = {{0, "0"},        {0.5, "0.5"},   {-2.25, "-2.25"},  {1e300, "1e+300"},
                {1e-9, "1e-09"}, {0.01, "0.01"}, {123456, "123456"}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(bp_number(rows[i].value).text, rows[i].text);
    assert_non_null(strstr(bp_number((double)NAN).text, "nan"));
    assert_non_null(strstr(bp_number(-(double)INFINITY).text, "-inf"));
    assert_true(strlen(bp_number(-1.7976931348623157e308).text) < 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(multiplies),        cmocka_unit_test(adds),
        cmocka_unit_test(aligns_up),         cmocka_unit_test(pads_widths),
        cmocka_unit_test(fails_with_a_line), cmocka_unit_test(cuts_long_lines),
        cmocka_unit_test(writes_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
