/* SPDX-License-Identifier: MIT */
/* What formats are made of: exact numbers, checksums, sorting, growing texts, UTF-8, and
 * the frame of safetensors. */
#include "unit_helpers.h"

#include "format/crc32.h"
#include "format/exact.h"
#include "format/out.h"
#include "format/safetensors.h"
#include "format/sort.h"

#if BP_WITH_ZLIB
#include <zlib.h>
#endif

/* ---- exact numbers ---- */

static void assert_text(double number, const char *text)
{
    struct bp_exact exact;
    double again = 12345;

    assert_string_equal(bp_exact_write(&exact, number), text);
    assert_true(bp_exact_read(text, &again));
    assert_memory_equal(&again, &number, sizeof number);
}

static void numbers_as_texts(void **state)
{
    (void)state;
    assert_text(0, "0");
    assert_text(-0.0, "-0");
    assert_text(1, "1");
    assert_text(-30, "-30");
    assert_text(0.5, "0x1p-1");
    assert_text(-1.5, "-0x1.8p+0");
    assert_text(0.1, "0x1.999999999999ap-4");
    assert_text(9007199254740991.0, "9007199254740991");
    assert_text(9007199254740992.0, "0x1p+53");
    assert_text(1.7976931348623157e308, "0x1.fffffffffffffp+1023");
    assert_text(2.2250738585072014e-308, "0x1p-1022");
    assert_text(5e-324, "0x0.0000000000001p-1022");
    assert_text(-1e-310, "-0x0.012688b70e62bp-1022");
}

/* Of all exponents, with many fractions, against the C library. */
static void numbers_against_printf(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 200000; i++) {
        const uint64_t bits = i * UINT64_C(0x9E3779B97F4A7C15);
        struct bp_exact exact;
        char text[64];
        double number;
        double again = 0;

        memcpy(&number, &bits, sizeof number);
        if (number - number != 0)
            continue;
        (void)snprintf(text, sizeof text, "%a", number);
        (void)bp_exact_write(&exact, number);
        assert_true(bp_exact_read(exact.text, &again));
        assert_memory_equal(&again, &number, sizeof number);
        if (strchr(exact.text, 'p') != NULL)
            assert_string_equal(exact.text, text);
    }
}

static void texts_that_are_no_numbers(void **state)
{
    static const char *const texts[] = {"",
                                        "-",
                                        "+1",
                                        " 1",
                                        "1 ",
                                        "01",
                                        "1.0",
                                        "1e3",
                                        "--1",
                                        "nan",
                                        "inf",
                                        "0x",
                                        "0x1",
                                        "0x1p",
                                        "0x1p0",
                                        "0x1p-0",
                                        "0x1p+",
                                        "0x2p-2",
                                        "0x1.0p-1",
                                        "0x1.80p+0",
                                        "0X1p-1",
                                        "0x1P-1",
                                        "0x1.p-1",
                                        "0x1p-01",
                                        "0x1p+0",
                                        "0x1p+2",
                                        "0x1p+1024",
                                        "0x0p+0",
                                        "0x0.8p-1",
                                        "1x",
                                        "9007199254740992",
                                        "0x1.00000000000001p+0",
                                        "99999999999999999999999999999999",
                                        "0x1p+99999",
                                        "0x1.999999999999999999999999999999999ap-4"};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        double number = 5;

        if (bp_exact_read(texts[i], &number))
            fail_msg("'%s' was read", texts[i]);
        assert_true(number == 5);
    }
}

static void whole_numbers(void **state)
{
    static const char *const bad[] = {"",   "-1",  "+1",  "00", "01",
                                      "1 ", "0x1", "1.0", "a"};
    struct bp_exact exact;
    uint64_t number = 77;

    (void)state;
    assert_string_equal(bp_exact_whole(&exact, UINT64_MAX), "18446744073709551615");
    assert_true(bp_exact_read_whole("18446744073709551615", UINT64_MAX, &number));
    assert_true(number == UINT64_MAX);
    assert_false(bp_exact_read_whole("18446744073709551616", UINT64_MAX, &number));
    assert_false(bp_exact_read_whole("99999999999999999999", UINT64_MAX, &number));
    assert_true(bp_exact_read_whole("0", 0, &number));
    assert_true(number == 0);
    assert_false(bp_exact_read_whole("1", 0, &number));
    assert_true(bp_exact_read_whole("10", 10, &number));
    assert_false(bp_exact_read_whole("11", 10, &number));
    assert_false(bp_exact_read_whole("100", 10, &number));
    number = 77;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(bp_exact_read_whole(bad[i], UINT64_MAX, &number));
    assert_true(number == 77);
}

/* ---- checksum ---- */

static uint32_t crc_of(const void *bytes, size_t size, size_t cut)
{
    struct bp_crc32 crc;

    bp_crc32_begin(&crc);
    bp_crc32_add(&crc, bytes, cut);
    bp_crc32_add(&crc, (const char *)bytes + cut, size - cut);
    return bp_crc32_value(&crc);
}

static void checksums(void **state)
{
    unsigned char bytes[300];

    (void)state;
    assert_int_equal(crc_of("", 0, 0), 0);
    assert_int_equal(crc_of("123456789", 9, 0), 0xCBF43926u);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * i * 7 + 3);
    for (size_t size = 0; size <= sizeof bytes; size++) {
        assert_int_equal(crc_of(bytes, size, size / 3), crc_of(bytes, size, 0));
#if BP_WITH_ZLIB
        assert_int_equal(crc_of(bytes, size, 0), crc32(0, bytes, (uInt)size));
#endif
    }
}

/* ---- sorting ---- */

static bool less(const void *one, const void *other)
{
    return *(const uint32_t *)one < *(const uint32_t *)other;
}

static void sorting(void **state)
{
    (void)state;
    for (size_t count = 0; count < 200; count++) {
        uint32_t values[200];
        uint64_t sum = 0;
        uint64_t after = 0;

        for (size_t i = 0; i < count; i++)
            sum += values[i] = (uint32_t)(i * 2654435761u % (count / 2 + 1));
        bp_sort(values, count, sizeof values[0], less);
        for (size_t i = 0; i < count; i++) {
            after += values[i];
            assert_true(i == 0 || values[i - 1] <= values[i]);
        }
        assert_int_equal(sum, after);
    }
}

/* ---- texts ---- */

static void texts_grow(void **state)
{
    struct bp_host host;
    struct bp_out out;

    ok(bp_host_init(&host, env_of(state)));
    bp_out_begin(&out, &host);
    for (uint64_t i = 0; i < 5000; i++)
        bp_out_number(&out, i % 10);
    bp_out_text(&out, "");
    assert_int_equal(out.used, 5000);
    assert_false(out.failed);
    assert_int_equal(out.room.data[4999], '9');
    bp_out_release(&out);
}

static void texts_without_memory(void **state)
{
    struct failing_env *env = *state;
    struct bp_host host;
    struct bp_out out;

    ok(bp_host_init(&host, env_of(state)));
    bp_out_begin(&out, &host);
    bp_out_text(&out, "there");
    failing_env_arm(env, 1, false);
    for (int i = 0; i < 300; i++)
        bp_out_text(&out, "words");
    assert_true(out.failed);
    assert_int_equal((out.used - 5) % 5, 0);
    bp_out_release(&out);
}

static void assert_json(const struct bp_host *host, const char *text, const char *json)
{
    struct bp_out out;

    bp_out_begin(&out, host);
    bp_out_json(&out, text);
    assert_int_equal(out.used, strlen(json));
    assert_memory_equal(out.room.data, json, out.used);
    bp_out_release(&out);
}

static void strings_of_json(void **state)
{
    struct bp_host host;

    ok(bp_host_init(&host, env_of(state)));
    assert_json(&host, "", "\"\"");
    assert_json(&host, "plain", "\"plain\"");
    assert_json(&host, "\"\\/", "\"\\\"\\\\/\"");
    assert_json(&host, "\x01\n\x1f\x7f", "\"\\u0001\\u000a\\u001f\x7f\"");
    assert_json(&host, "\xc3\xa9", "\"\xc3\xa9\"");
}

static void utf8(void **state)
{
    static const char *const good[] = {"",
                                       "a",
                                       "\x7f",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xc2z",
                                      "\xe0\x9f\xbf",
                                      "\xe1\x80",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf1\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "a\xf8\x88\x80\x80\x80"};

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(bp_utf8_ok(good[i]));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(bp_utf8_ok(bad[i]));
}

/* ---- safetensors ---- */

static void a_header_of_others(void **state)
{
    static const char json[] =
        " {\"b\" : {\"shape\":[2, 1],\n\"dtype\":\"BF16\",\"data_offsets\":[12,16]},\t"
        "\"a\":{\"data_offsets\":[4,12],\"dtype\":\"I64\",\"shape\":[]},"
        "\"c\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}   ";
    struct bp_host host;
    struct bp_st_header header;
    struct bp_text text;

    ok(bp_host_init(&host, env_of(state)));
    ok(bp_st_parse(&host, (const unsigned char *)json + 1, strlen(json) - 1, &header,
                   &text));
    assert_int_equal(header.tensor_count, 3);
    assert_int_equal(header.pair_count, 0);
    assert_int_equal(header.data_size, 16);
    assert_string_equal(header.tensors[0].name, "c");
    assert_string_equal(header.tensors[1].name, "a");
    assert_string_equal(header.tensors[2].name, "b");
    assert_int_equal(header.tensors[1].dtype, BP_DTYPE_I64);
    assert_int_equal(header.tensors[1].rank, 0);
    assert_int_equal(header.tensors[1].count, 1);
    assert_int_equal(header.tensors[2].shape[0], 2);
    assert_int_equal(header.tensors[2].begin, 12);
    assert_null(bp_st_value(&header, "a"));
    bp_st_release(&host, &header);
}

static void values_by_key(void **state)
{
    static const char json[] = "{\"__metadata__\":{\"d\":\"4\",\"a\":\"1\",\"c\":\"\","
                               "\"b\":\"2\"}}";
    struct bp_host host;
    struct bp_st_header header;
    struct bp_text text;

    ok(bp_host_init(&host, env_of(state)));
    ok(bp_st_parse(&host, (const unsigned char *)json, strlen(json), &header, &text));
    assert_string_equal(bp_st_value(&header, "a"), "1");
    assert_string_equal(bp_st_value(&header, "b"), "2");
    assert_string_equal(bp_st_value(&header, "c"), "");
    assert_true(header.pairs[2].used);
    assert_false(header.pairs[3].used);
    assert_string_equal(bp_st_value(&header, "d"), "4");
    assert_null(bp_st_value(&header, "e"));
    assert_null(bp_st_value(&header, ""));
    bp_st_release(&host, &header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_as_texts),
        cmocka_unit_test(numbers_against_printf),
        cmocka_unit_test(texts_that_are_no_numbers),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(checksums),
        cmocka_unit_test(sorting),
        HOST_TEST(texts_grow),
        HOST_TEST(texts_without_memory),
        HOST_TEST(strings_of_json),
        cmocka_unit_test(utf8),
        HOST_TEST(a_header_of_others),
        HOST_TEST(values_by_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
