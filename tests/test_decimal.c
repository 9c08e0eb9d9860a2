/* SPDX-License-Identifier: MIT */
/* Numbers from text, to the bit; and bytes in messages. */
#include "dataset_helpers.h"

#include "format/decimal.h"
#include "format/quote.h"

#include <math.h>
#include <stdlib.h>

/* Numbers. glibc's strtof() rounds correctly, so it is the judge. */

static void assert_reads_as(const char *text)
{
    float expected;
    float value = NAN;

    assert_int_equal(bp_decimal_read((const unsigned char *)text, strlen(text), &value),
                     isinf(strtof(text, NULL)) ? BP_DECIMAL_OVERFLOW : BP_DECIMAL_OK);
    expected = strtof(text, NULL);
    if (isinf(expected))
        return;
    if (memcmp(&value, &expected, sizeof value) != 0)
        fail_msg("'%s' is read as %a, expected %a", text, (double)value,
                 (double)expected);
}

static const char *const texts[] = {
    "0",
    "-0",
    "0.0",
    "-0e5",
    "0e999999999999",
    "1",
    "0.1",
    "16777217",
    "16777216.9",
    "16777217.0000000000000000000000000000000000000001",
    "33554434.000",
    "33554438",
    "1e-45",
    "7e-46",
    "7.00649232162408535461864791644958e-46",
    "7.0064923216240853546186479164495806564013097093825788587853e-46",
    "7.006492321624085354618647916449580656401309709382578858785341419448955413"
    "42930300743319094181060791015625e-46",
    "7.006492321624085354618647916449580656401309709382578858785341419448955413"
    "429303007433190941810607910156250001e-46",
    "1.17549435e-38",
    "1.1754942e-38",
    "3.4028235e38",
    "3.4028234663852886e38",
    "340282356779733661637539395458142568447",
    "340282356779733661637539395458142568448",
    "3.40282357e38",
    "1e38",
    "1e39",
    "1e-50",
    "1e-60",
    "1e-999999999999",
    "123456789012345678901234567890",
    "0.000000000000000000000000000000000000000000001",
    "8388608.5",
    "8388609.5",
    "8388608.4999999999999999999999",
    "8388608.5000000000000000000001",
    "1.00000005960464477539062500",
    "1.00000005960464477539062501",
    "1.000000059604644775390624",
    "1.000000178813934326171875",
    "9007199254740993",
    "0.30000001192092896",
    "99999999999999999999",
    "18446744073709551616",
    "1e22",
    "1e23",
    "1e-22",
    "1e-23",
    "4.7019774032891500318749461488889827112746622270883500860350068251e-38",
};

static void numbers_are_rounded_correctly(void **state)
{
    uint64_t random = 2463534242u;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_reads_as(texts[i]);
    for (int i = 0; i < 100000; i++) {
        char text[128];
        const double digits = (double)(test_random(&random) >> 11);
        const int precision = 1 + (int)test_below(&random, 20);
        const int exponent = (int)test_below(&random, 100) - 60;

        snprintf(text, sizeof text, "%.*fe%d", precision, digits / 9007199254740992.0,
                 exponent);
        assert_reads_as(text);
    }
}

/* Exactly between two floats, a little below, a little above, with up to 113 digits. */
static void numbers_in_the_middle(void **state)
{
    uint64_t random = 88172645463325252u;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint32_t bits = (uint32_t)(test_random(&random) >> 33) % 0x7F7FFFFFu;
        char text[256];
        size_t length;
        float low;
        float high;

        if (i % 4 == 0)
            bits %= 0x00900000u; /* denormals */
        memcpy(&low, &bits, sizeof low);
        bits++;
        memcpy(&high, &bits, sizeof high);
        snprintf(text, sizeof text, "%.120e", ((double)low + (double)high) / 2.0);
        assert_reads_as(text);
        length = strcspn(text, "e");
        memmove(text + length + 1, text + length, strlen(text + length) + 1);
        text[length] = '1';
        assert_reads_as(text);
        snprintf(text, sizeof text, "%.*e", 8 + i % 40,
                 ((double)low + (double)high) / 2.0);
        assert_reads_as(text);
    }
}

static void very_long_numbers(void **state)
{
    enum { ZEROS = 1000000 };
    static const char *const ends[] = {"", "1", "12", "0"};
    char *text = malloc(ZEROS + 64);
    float value = 0;

    (void)state;
    assert_non_null(text);
    assert_int_equal(bp_decimal_read((unsigned char *)text, 0, &value),
                     BP_DECIMAL_MALFORMED);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) { /* beside a middle */
        snprintf(text, ZEROS, "8388608.5%0200d%s", 0, ends[i]);
        assert_reads_as(text);
        snprintf(text, ZEROS, "8388609.5%0200d%s", 0, ends[i]);
        assert_reads_as(text);
    }
    memcpy(text, "0.", 2);
    memset(text + 2, '0', ZEROS);
    strcpy(text + 2 + ZEROS, "15e1000001");
    assert_int_equal(bp_decimal_read((unsigned char *)text, strlen(text), &value),
                     BP_DECIMAL_OK);
    assert_same_f32(value, 1.5f);
    memset(text, '0', ZEROS);
    strcpy(text + ZEROS, "15");
    assert_int_equal(bp_decimal_read((unsigned char *)text, strlen(text), &value),
                     BP_DECIMAL_OK);
    assert_same_f32(value, 15.0f);
    text[0] = '1';
    strcpy(text + ZEROS, "e-999999");
    assert_int_equal(bp_decimal_read((unsigned char *)text, strlen(text), &value),
                     BP_DECIMAL_OK);
    assert_same_f32(value, 1.0f);
    strcpy(text + ZEROS, "1e-1000000");
    text[0] = '8';
    assert_int_equal(bp_decimal_read((unsigned char *)text, strlen(text), &value),
                     BP_DECIMAL_OK);
    assert_same_f32(value, 8.0f);
    free(text);
}

static void quotes_are_cut(void **state)
{
    struct bp_quote quote;
    unsigned char bytes[256];

    (void)state;
    for (size_t value = 0; value < 256; value++)
        for (size_t length = 0; length <= 256; length += 1 + length / 8) {
            memset(bytes, (int)value, sizeof bytes);
            assert_true(strlen(bp_quote(&quote, bytes, length)) < BP_QUOTE_SIZE);
            assert_line(quote.text, "\"");
        }
    assert_string_equal(bp_quote(&quote, "a\"b\\c\n\x80", 7),
                        "\"a\\\"b\\\\c\\x0a\\x80\"");
    assert_string_equal(bp_quote(&quote, "", 0), "\"\"");
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(numbers_are_rounded_correctly),
        TEST(numbers_in_the_middle),
        TEST(very_long_numbers),
        TEST(quotes_are_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0 ? 1 : 0;
}
