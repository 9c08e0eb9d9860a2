/* SPDX-License-Identifier: MIT */
/* Status texts, and the version. */
#include "unit_helpers.h"

/* The values are frozen: they stand here a second time. */
static const struct {
    bp_status status;
    int value;
    const char *word;
} statuses[] = {
    {BP_OK, 0, "done"},
    {BP_EINVAL, -1, "argument"},
    {BP_ENOMEM, -2, "memory"},
    {BP_ESHAPE, -3, "fit"},
    {BP_ESTATE, -4, "at this point"},
    {BP_EDATA, -5, "data"},
    {BP_EIO, -6, "file"},
    {BP_EDOMAIN, -7, "cost"},
    {BP_EUNSUPPORTED, -8, "not available"},
    {BP_EBUSY, -9, "at work"},
    {BP_ESTOPPED, -10, "stopped"},
    {BP_ELIMIT, -11, "limit"},
};

static void values_are_frozen(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(statuses); i++)
        assert_int_equal(statuses[i].status, statuses[i].value);
}

static void every_status_has_its_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(statuses); i++) {
        const char *text = bp_status_text(statuses[i].status);

        assert_line(text, statuses[i].word);
        assert_null(strchr(text, '\n'));
        assert_ptr_equal(text, bp_status_text(statuses[i].status));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(text, bp_status_text(statuses[j].status));
    }
}

static void unknown_values_have_a_text(void **state)
{
    static const bp_status unknown[] = {1,   2,    11,        12,        -12,
                                        -13, -100, INT32_MAX, INT32_MIN, INT32_MIN + 1};

    (void)state;
    for (size_t i = 0; i < COUNT(unknown); i++)
        assert_line(bp_status_text(unknown[i]), "unknown");
}

static void version_is_the_headers(void **state)
{
    char text[32];

    (void)state;
    assert_int_equal(bp_version(), BP_VERSION_MAJOR * 10000 + BP_VERSION_MINOR * 100 +
                                       BP_VERSION_PATCH);
    snprintf(text, sizeof text, "%d.%d.%d", BP_VERSION_MAJOR, BP_VERSION_MINOR,
             BP_VERSION_PATCH);
    assert_string_equal(bp_version_text(), text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_frozen),
        cmocka_unit_test(every_status_has_its_text),
        cmocka_unit_test(unknown_values_have_a_text),
        cmocka_unit_test(version_is_the_headers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
