/* SPDX-License-Identifier: MIT */
/* Settings by key: ranges, lines, and that a refusal changes nothing. */
#include "unit_helpers.h"

#include "setting.h"

enum { CLOSED = 3, ABOVE = 5, BELOW = 9, WHOLE = 4, SETTINGS = 4 };

static const struct bp_setting table[SETTINGS] = {
    {CLOSED, "closed", -2, 3, 0.25, 0},
    {ABOVE, "above", 0, 1e6, 0.01, BP_SETTING_ABOVE},
    {BELOW, "below", 0, 1, 0, BP_SETTING_BELOW},
    {WHOLE, "whole", 1, 256, 32, BP_SETTING_WHOLE},
};
static const struct bp_settings settings = {table, SETTINGS};

static void reset_gives_the_initial_ones(void **state)
{
    static const double initial[] = {0.25, 0.01, 0, 32};
    double values[SETTINGS] = {9, 9, 9, 9};

    (void)state;
    bp_settings_reset(&settings, values);
    assert_bits_f64(values, initial, SETTINGS);
}

static void set_and_get(void **state)
{
    static const struct {
        int32_t key;
        double value;
    } rows[] = {{CLOSED, -2},
                {CLOSED, 3},
                {CLOSED, 0.5},
                {ABOVE, 5e-324},
                {ABOVE, 1e6},
                {BELOW, 0},
                {BELOW, 1 - 1.0 / 9007199254740992},
                {WHOLE, 1},
                {WHOLE, 256},
                {WHOLE, 17}};
    double values[SETTINGS];
    struct bp_text text = {"kept"};

    (void)state;
    bp_settings_reset(&settings, values);
    for (size_t i = 0; i < COUNT(rows); i++) {
        double found = -1;

        ok(bp_settings_check(&settings, rows[i].key, rows[i].value, &text));
        ok(bp_settings_set(&settings, values, rows[i].key, rows[i].value, &text));
        ok(bp_settings_get(&settings, values, rows[i].key, &found));
        assert_same_f64(found, rows[i].value);
    }
    assert_same_f64(values[0], 0.5);
    assert_same_f64(values[3], 17);
    assert_string_equal(text.line, "kept");
}

static void out_of_range(void **state)
{
    static const struct {
        int32_t key;
        double value;
        const char *line;
    } rows[] = {
        {CLOSED, -2.5, "closed is -2.5, expected at least -2 and at most 3"},
        {CLOSED, 3.0000000000000004, "closed is 3, expected at least -2 and at most 3"},
        {CLOSED, (double)NAN, "nan, expected at least -2 and at most 3"},
        {CLOSED, (double)INFINITY, "closed is inf, expected"},
        {CLOSED, -(double)INFINITY, "closed is -inf, expected"},
        {ABOVE, 0, "above is 0, expected above 0 and at most 1e+06"},
        {ABOVE, -1, "above is -1, expected above 0 and at most 1e+06"},
        {ABOVE, 1000001, "above is 1e+06, expected above 0"},
        {ABOVE, (double)NAN, "nan"},
        {BELOW, 1, "below is 1, expected at least 0 and below 1"},
        {BELOW, -0.125, "below is -0.125, expected at least 0 and below 1"},
        {BELOW, (double)NAN, "nan"},
        {WHOLE, 0, "whole is 0, expected a whole number, at least 1 and at most 256"},
        {WHOLE, 2.5, "whole is 2.5, expected a whole number, at least 1"},
        {WHOLE, 257, "whole is 257, expected a whole number"},
        {WHOLE, (double)NAN, "nan, expected a whole number"},
    };
    static const double initial[] = {0.25, 0.01, 0, 32};
    double values[SETTINGS];

    (void)state;
    bp_settings_reset(&settings, values);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bp_text text = {""};

        assert_status(
            bp_settings_set(&settings, values, rows[i].key, rows[i].value, &text),
            BP_EINVAL);
        assert_line(text.line, rows[i].line);
        assert_status(bp_settings_check(&settings, rows[i].key, rows[i].value, &text),
                      BP_EINVAL);
    }
    assert_bits_f64(values, initial, SETTINGS);
}

static void unknown_keys(void **state)
{
    static const int32_t keys[] = {0, 1, -3, 6, 1000, INT32_MIN, INT32_MAX};
    double values[SETTINGS];
    double found = 77;

    (void)state;
    bp_settings_reset(&settings, values);
    for (size_t i = 0; i < COUNT(keys); i++) {
        char line[64];
        struct bp_text text = {""};

        snprintf(line, sizeof line, "key is %d, expected a setting", (int)keys[i]);
        assert_status(bp_settings_set(&settings, values, keys[i], 1, &text), BP_EINVAL);
        assert_line(text.line, line);
        assert_status(bp_settings_get(&settings, values, keys[i], &found), BP_EINVAL);
    }
    assert_same_f64(found, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reset_gives_the_initial_ones),
        cmocka_unit_test(set_and_get),
        cmocka_unit_test(out_of_range),
        cmocka_unit_test(unknown_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
