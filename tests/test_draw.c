/* SPDX-License-Identifier: MIT */
/* Writing pictures: the writer's pieces, a sink that stops, what a sink may not do. The
 * pictures themselves are looked at by tests/draw. */
#include "draw/page.h"
#include "fixtures.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/** What a sink got. */
struct got {
    char text[200000];
    size_t used, calls, stop_at;
    bp_trace *trace; /**< That it calls back, if there is one. */
};

static int32_t take(const void *bytes, size_t size, void *user)
{
    struct got *got = user;

    assert_true(size > 0 && got->used + size < sizeof got->text);
    memcpy(got->text + got->used, bytes, size);
    got->used += size;
    got->text[got->used] = '\0';
    if (got->trace != NULL) {
        const float x[] = {1, 2};
        assert_status(bp_trace_run(got->trace, x, 2, x, 1), BP_EBUSY);
    }
    return ++got->calls == got->stop_at ? 7 : 0;
}

static const char *written(struct got *got, const char *format, const char *text)
{
    struct bp_page page;

    memset(got, 0, sizeof *got);
    bp_page_begin(&page, take, got);
    bp_page_put(&page, format, text, text);
    assert_int_equal(bp_page_end(&page), 0);
    return got->text;
}

static void test_xml(void **state)
{
    static const struct {
        const char *text, *xml;
    } rows[] = {
        {"", ""},
        {"plain ASCII ~", "plain ASCII ~"},
        {"<a href='x'>&\"", "&#x3c;a href=&#x27;x&#x27;&#x3e;&#x26;&#x22;"},
        {"caf\xc3\xa9", "caf&#xe9;"},
        {"\xf0\x9f\x98\x80", "&#x1f600;"},
        {"\x01\t\x7f", "&#xfffd;&#xfffd;&#xfffd;"},
        {"\xff", "&#xfffd;"},
        {"\xc3", "&#xfffd;"},                         /* cut short */
        {"\xc3(", "&#xfffd;("},                       /* no tail */
        {"\xc0\x80", "&#xfffd;&#xfffd;"},             /* longer than needed */
        {"\xed\xa0\x80", "&#xfffd;&#xfffd;&#xfffd;"}, /* half a pair */
        {"\xf4\x90\x80\x80", "&#xfffd;&#xfffd;&#xfffd;&#xfffd;"},
        {"\xef\xbf\xbf", "&#xfffd;&#xfffd;&#xfffd;"}, /* U+FFFF */
        {"\xef\xbf\xbd", "&#xfffd;"},
    };
    static struct got got;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i)
        assert_string_equal(written(&got, "%e", rows[i].text), rows[i].xml);
    assert_string_equal(written(&got, "%n|%s", "0123456789"), "0123456789|0123456789");
    assert_string_equal(written(&got, "%n", "0123456789a"), "012345678&#x2026;");
}

static void test_json(void **state)
{
    static struct got got;

    (void)state;
    assert_string_equal(written(&got, "%j", "a\"\\\n\x01"),
                        "a\\u0022\\u005c\\u000a\\u0001");
    assert_string_equal(written(&got, "%j", "\xc3\xa9\xf0\x9f\x98\x80\xff"),
                        "\\u00e9\\ud83d\\ude00\\ufffd");
}

static void put_numbers(struct bp_page *page)
{
    bp_page_put(page, "%z %z %%|%f %f %f|%g %g|", (size_t)0, SIZE_MAX, 1.005, -0.001,
                12345.678, 1.0 / 3, -0.0);
    bp_page_put(page, "%r %r %r|%h %h %h %h %h", 0.1, (double)NAN, (double)INFINITY, 0.25,
                -0.012345, 0.00012345, 1.0, -0.0);
}

static void test_numbers(void **state)
{
    static struct got got;
    struct bp_page page;
    char all[32];

    (void)state;
    bp_page_begin(&page, take, &got);
    put_numbers(&page);
    assert_int_equal(bp_page_end(&page), 0);
    snprintf(all, sizeof all, "0 %zu ", SIZE_MAX);
    assert_true(strstr(got.text, all) == got.text);
    assert_non_null(strstr(got.text, "%|1 0 12345.68|0.3333 0|"));
    assert_non_null(strstr(got.text, "|0.10000000000000001 null null|"));
    assert_non_null(strstr(got.text, "|0.25 -.012 .0001 1 0"));
}

/* Longer than the page: it arrives whole, in several pieces. */
static void test_long(void **state)
{
    static char text[3 * BP_PAGE_SIZE];
    static struct got got;

    (void)state;
    memset(text, 'x', sizeof text - 1);
    assert_string_equal(written(&got, "%s", text), text);
    assert_true(got.calls >= 3);
    written(&got, "a%sb", text);
    assert_int_equal(got.used, sizeof text + 1);
    assert_true(got.text[0] == 'a' && got.text[sizeof text] == 'b');
}

/* ---- sinks that stop, or call back ---- */

static bp_trace *small_trace(bp_network **network)
{
    static const size_t widths[] = {2, 9, 9, 1};
    const struct net_recipe recipe = {
        NULL, widths, 4, BP_ACTIVATION_TANH, BP_ACTIVATION_SIGMOID, 0};
    bp_cost *cost = make_cost(BP_COST_QUADRATIC, NULL);
    bp_trace *trace = NULL;

    *network = make_network(&recipe, 1);
    ok(bp_trace_create(*network, cost, &trace));
    ok(bp_trace_run(trace, (float[]){1, 0.5f}, 2, (float[]){1}, 1));
    bp_cost_destroy(cost);
    return trace;
}

static void test_stop(void **state)
{
    static struct got got;
    const bp_connection at = {.struct_size = sizeof at, .kind = BP_CONNECTION_WEIGHT};
    bp_network *network = NULL;
    bp_trace *trace = small_trace(&network);

    (void)state;
    for (int32_t picture = BP_PICTURE_NETWORK; picture <= BP_PICTURE_JSON; ++picture)
        for (size_t stop = 1; stop <= 2; ++stop) {
            bp_status status;
            memset(&got, 0, sizeof got);
            got.stop_at = stop;
            status = bp_trace_draw(trace, picture, &at, NULL, take, &got);
            assert_true(status == BP_ESTOPPED ? got.calls == stop : got.calls < stop);
            assert_true(stop > 1 || status == BP_ESTOPPED);
        }
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

static void test_busy(void **state)
{
    static struct got got;
    const bp_connection at = {.struct_size = sizeof at, .kind = BP_CONNECTION_WEIGHT};
    bp_network *network = NULL;
    bp_trace *trace = small_trace(&network);

    (void)state;
    for (int32_t picture = BP_PICTURE_NETWORK; picture <= BP_PICTURE_PATHS; ++picture) {
        memset(&got, 0, sizeof got);
        got.trace = trace;
        ok(bp_trace_draw(trace, picture, &at, NULL, take, &got));
        assert_true(got.calls > 0);
    }
    ok(bp_trace_run(trace, (float[]){1, 0.5f}, 2, (float[]){1}, 1));
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
        ++count;
    return count;
}

/* Frames by their names, texts escaped, gaps left out. */
static void test_lines(void **state)
{
    static struct got got;
    static const double x[] = {1, 2, 3, 4, 5}, y[] = {4, 3, NAN, 2, 1};
    bp_line lines[3];

    (void)state;
    for (size_t i = 0; i < 3; ++i)
        lines[i] = (bp_line){sizeof(bp_line), 0, "a<b", "c&d", x, y, 5};
    lines[2].frame = "other";
    memset(&got, 0, sizeof got);
    ok(bp_lines_draw(lines, 3, "e<f", NULL, take, &got));
    assert_int_equal(count_of(got.text, "a&#x3c;b"), 1);
    assert_int_equal(count_of(got.text, ">other<"), 1);
    assert_int_equal(count_of(got.text, "c&#x26;d"), 6); /* the line and its key */
    assert_int_equal(count_of(got.text, "e&#x3c;f"), 2);
    assert_null(strstr(got.text, "nan"));
    assert_string_equal(got.text + got.used - 7, "</svg>\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xml),     cmocka_unit_test(test_json),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_long),
        cmocka_unit_test(test_stop),    cmocka_unit_test(test_busy),
        cmocka_unit_test(test_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
