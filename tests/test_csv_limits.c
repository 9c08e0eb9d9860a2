/* SPDX-License-Identifier: MIT */
/* CSV: limits, files, failures of the host, and bytes that nobody would write. */
#include "csv_helpers.h"

#include <errno.h>
#include <locale.h>

static void field_limit(void **state)
{
    enum {
        LIMIT = 1 << 20
    };
    char *text = room_for(LIMIT + 16);
    bp_dataset *dataset;

    memcpy(text, "a,b\n1,", 6);
    memset(text + 6, 'x', LIMIT + 1);
    text[6 + LIMIT] = '\0';
    dataset = parse(*state, text, NULL);
    bp_dataset_destroy(dataset);
    memcpy(text + 6 + LIMIT, "x\n", 3);
    assert_refused(*state,
                   &(struct refused){text, 0, BP_ELIMIT,
                                     "line 2, field 2: the field is longer than 1048576"},
                   NULL);
    free(text);
}

static void line_limit(void **state)
{
    enum {
        FIELD = 1 << 19,
        FIELDS = 33
    };
    char *text = room_for((size_t)FIELD * FIELDS + 16);

    memset(text, 'x', (size_t)FIELD * FIELDS);
    for (size_t i = 1; i < FIELDS; i++)
        text[i * FIELD] = ',';
    text[(size_t)FIELD * FIELDS] = '\0';
    assert_refused(*state,
                   &(struct refused){text, 0, BP_ELIMIT,
                                     "line 1: the line is longer than 16777216 bytes"},
                   NULL);
    free(text);
}

static void columns_limit(void **state)
{
    enum {
        LIMIT = 65536
    };
    char *text = room_for(2 * LIMIT + 16);
    bp_csv_options options = plain();
    bp_dataset *dataset;

    for (size_t i = 0; i < LIMIT; i++)
        memcpy(text + 2 * i, "1,", 2);
    text[2 * LIMIT - 1] = '\0';
    dataset = parse(*state, text, &options);
    assert_int_equal(bp_dataset_inputs(dataset), LIMIT - 1);
    assert_string_equal(bp_dataset_input_name(dataset, LIMIT - 2), "65535");
    bp_dataset_destroy(dataset);
    memcpy(text + 2 * LIMIT - 1, ",1", 3);
    assert_refused(
        *state, &(struct refused){text, 0, BP_ELIMIT, "line 1: more than 65536 columns"},
        &options);
    free(text);
}

static void row_limit(void **state)
{
    bp_csv_options options = plain();
    bp_dataset *dataset;

    options.row_limit = 2;
    dataset = parse(*state, "1,2\n3,4\n", &options);
    bp_dataset_destroy(dataset);
    assert_refused(
        *state, &(struct refused){"1,2\n3,4\n5,6\n", 0, BP_ELIMIT, "line 3: more than 2"},
        &options);
}

static void class_limit(void **state)
{
    enum {
        LIMIT = 1000000,
        LINE = 10
    };
    char *text = room_for((size_t)LINE * (LIMIT + 1) + 1);
    bp_csv_options options = defaults();
    bp_dataset *dataset;

    options.has_header = 0;
    for (uint64_t i = 0; i <= LIMIT; i++) /* 7 digits, each number once */
        snprintf(text + LINE * i, LINE + 1, "1,%07lu\n",
                 (unsigned long)(i * 7654321u % 10000000u));
    text[(size_t)LINE * LIMIT] = '\0';
    dataset = parse(*state, text, &options);
    assert_int_equal(bp_dataset_classes(dataset), LIMIT);
    for (size_t i = 1; i < LIMIT; i++)
        assert_true(strcmp(bp_dataset_class_name(dataset, i - 1),
                           bp_dataset_class_name(dataset, i)) < 0);
    bp_dataset_destroy(dataset);
    text[(size_t)LINE * LIMIT] = '1';
    assert_refused(
        *state, &(struct refused){text, 0, BP_ELIMIT, "line 1000001: more than 1000000"},
        &options);
    free(text);
}

static void a_locale_changes_nothing(void **state)
{
    static const char *const locales[] = {"de_DE.UTF-8", "de_DE.utf8", "de_DE",
                                          "fr_FR.UTF-8", "fr_FR.utf8", "es_ES.UTF-8",
                                          "nl_NL.UTF-8"};
    bp_csv_options options = plain();
    bp_dataset *dataset;
    size_t i = 0;

    while (i < sizeof locales / sizeof locales[0] &&
           setlocale(LC_ALL, locales[i]) == NULL)
        i++;
    if (i == sizeof locales / sizeof locales[0]) {
        print_message("no locale with a decimal comma is installed\n");
        skip();
    }
    dataset = parse(*state, "1.5,0.25,7\n", &options);
    assert_inputs(dataset, 0, 1.5f, 0.25f);
    bp_dataset_destroy(dataset);
    options.separator = ';';
    assert_refused(*state, &(struct refused){"1,5;2\n", 0, BP_EDATA, "is no number"},
                   &options);
    setlocale(LC_ALL, "C");
}

static void penguins(void **state)
{
    static const char *const targets[] = {"species"};
    static const char *const features[] = {"bill_length_mm", "bill_depth_mm",
                                           "flipper_length_mm", "body_mass_g"};
    static const float first[4] = {39.1f, 18.7f, 181.0f, 3750.0f};
    bp_csv_options options = defaults();
    bp_dataset *dataset = reader_of_files(*state);
    size_t count[3] = {0};

    options.targets = targets;
    options.targets_count = 1;
    options.features = features;
    options.features_count = 4;
    assert_int_equal(bp_dataset_read_csv(
                         dataset, BP_SOURCE_DIR "/examples/data/penguins.csv", &options),
                     BP_EDATA);
    assert_line(bp_dataset_error(dataset),
                "line 5, column \"bill_length_mm\": the value is");
    options.drop_missing = 1;
    assert_int_equal(bp_dataset_read_csv(
                         dataset, BP_SOURCE_DIR "/examples/data/penguins.csv", &options),
                     BP_OK);
    assert_int_equal(bp_dataset_rows(dataset), 342);
    assert_int_equal(bp_dataset_dropped(dataset), 2);
    assert_int_equal(bp_dataset_classes(dataset), 3);
    assert_string_equal(bp_dataset_class_name(dataset, 0), "Adelie");
    assert_string_equal(bp_dataset_class_name(dataset, 1), "Chinstrap");
    assert_string_equal(bp_dataset_class_name(dataset, 2), "Gentoo");
    assert_string_equal(bp_dataset_input_name(dataset, 3), "body_mass_g");
    for (size_t row = 0; row < 342; row++)
        count[bp_dataset_label_at(dataset, row)]++;
    assert_int_equal(count[0], 151);
    assert_int_equal(count[1], 68);
    assert_int_equal(count[2], 123);
    assert_bits_f32(bp_dataset_input_row(dataset, 0), first, 4);
    bp_dataset_destroy(dataset);
}

static void digits(void **state)
{
    static const size_t expected[10] = {178, 182, 177, 183, 181, 182, 181, 179, 174, 180};
    bp_csv_options options = defaults();
    bp_dataset *dataset = reader_of_files(*state);
    size_t count[10] = {0};
    const bp_status status =
        (options.has_header = 0,
         bp_dataset_read_csv(dataset, BP_SOURCE_DIR "/examples/data/digits.csv.gz",
                             &options));

    if (status == BP_EUNSUPPORTED) {
        assert_line(bp_dataset_error(dataset), "made without zlib");
        bp_dataset_destroy(dataset);
        skip();
    }
    assert_int_equal(status, BP_OK);
    assert_int_equal(bp_dataset_rows(dataset), 1797);
    assert_int_equal(bp_dataset_inputs(dataset), 64);
    assert_int_equal(bp_dataset_classes(dataset), 10);
    assert_int_equal(bp_dataset_dropped(dataset), 0);
    for (size_t row = 0; row < 1797; row++) {
        const int32_t label = bp_dataset_label_at(dataset, row);

        assert_int_equal(bp_dataset_class_name(dataset, (size_t)label)[0], '0' + label);
        count[label]++;
    }
    for (size_t c = 0; c < 10; c++)
        assert_int_equal(count[c], expected[c]);
    bp_dataset_destroy(dataset);
}

static void files_that_fail(void **state)
{
    struct failing_env *env = *state;
    static const char text[] = "a,b\n1,x\n2,y\n";
    struct env_file *file = failing_env_add_file(env, "t.csv", text, sizeof text - 1);
    bp_dataset *dataset = new_dataset(env);
    bp_status status = BP_EIO;
    size_t sites = 0;

    file->chunk = 3;
    for (size_t nth = 1; status != BP_OK; nth++) {
        const size_t live = env->live_count;

        failing_env_arm_files(env, nth, EIO);
        status = bp_dataset_read_csv(dataset, "t.csv", NULL);
        if (status == BP_OK)
            break;
        sites++;
        assert_int_equal(status, BP_EIO);
        assert_line(bp_dataset_error(dataset), "t.csv");
        assert_int_equal(env->live_count, live);
        assert_int_equal(env->open_files, 0);
        assert_int_equal(bp_dataset_rows(dataset), 0);
    }
    failing_env_arm_files(env, 0, 0);
    assert_true(sites >= 6);
    assert_int_equal(bp_dataset_rows(dataset), 2);
    bp_dataset_destroy(dataset);
    file->unknown_size = true;
    dataset = new_dataset(env);
    assert_int_equal(bp_dataset_read_csv(dataset, "t.csv", NULL), BP_OK);
    bp_dataset_destroy(dataset);
}

/* Text that uses everything: quotes, doubled ones, marks, exponents, CR LF. */
static const char everything[] = "\xEF\xBB\xBF"
                                 "len,\"wi\"\"dth\",kind\r\n1.5,-2e-3,\"a,b\"\r\n"
                                 "NA,3,c\r\n\"4\", 5 ,\"say \"\"x\"\"\"\r\n6.25,70000,a";

static void out_of_memory_changes_nothing(void **state)
{
    struct failing_env *env = *state;
    bp_csv_options options = defaults();
    size_t sites = 0;

    options.drop_missing = 1;
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        bp_dataset *dataset = new_dataset(env);
        bp_status status = BP_ENOMEM;

        for (size_t nth = 1; status != BP_OK; nth++) {
            const size_t live = env->live_count;

            failing_env_arm(env, nth, for_ever);
            status = bp_dataset_parse_csv(dataset, everything, sizeof everything - 1,
                                          &options);
            if (status == BP_OK)
                break;
            sites++;
            assert_int_equal(status, BP_ENOMEM);
            assert_line(bp_dataset_error(dataset), "out of memory");
            assert_int_equal(env->live_count, live);
            assert_int_equal(bp_dataset_rows(dataset), 0);
        }
        failing_env_arm(env, 0, false);
        assert_int_equal(bp_dataset_rows(dataset), 3);
        assert_int_equal(bp_dataset_dropped(dataset), 1);
        bp_dataset_destroy(dataset);
    }
    assert_true(sites >= 24);
}

/* Any status but a crash; what is refused leaves nothing. */
static void try_bytes(struct failing_env *env, const unsigned char *bytes, size_t size,
                      const bp_csv_options *options)
{
    unsigned char *exact = malloc(size > 0 ? size : 1);
    bp_dataset *dataset = new_dataset(env);
    bp_status status;

    memcpy(exact, bytes, size);
    status = bp_dataset_parse_csv(dataset, exact, size, options);
    free(exact);
    assert_true(status == BP_OK || status == BP_EDATA || status == BP_ELIMIT ||
                status == BP_EUNSUPPORTED);
    if (status != BP_OK) {
        assert_int_equal(bp_dataset_rows(dataset), 0);
        assert_line(bp_dataset_error(dataset), "");
        assert_true(strlen(bp_dataset_error(dataset)) > 10);
    }
    (void)digest_dataset(dataset);
    bp_dataset_destroy(dataset);
}

static void every_truncation_and_every_flip(void **state)
{
    const size_t size = sizeof everything - 1;
    unsigned char bytes[sizeof everything];
    bp_csv_options options = defaults();

    options.drop_missing = 1;
    for (size_t cut = 0; cut <= size; cut++)
        try_bytes(*state, (const unsigned char *)everything, cut, &options);
    for (size_t at = 0; at < size; at++)
        for (unsigned int value = 0; value < 256; value++) {
            memcpy(bytes, everything, size);
            bytes[at] = (unsigned char)value;
            try_bytes(*state, bytes, size, &options);
        }
}

static void texts_at_random(void **state)
{
    static const char alphabet[] = ",,,\n\n\"\"\r\n1.5e-2ax NA\xEF";
    uint64_t random = 362436069362436069u;

    for (int trial = 0; trial < 20000; trial++) {
        unsigned char bytes[64];
        const size_t size = test_below(&random, sizeof bytes);
        bp_csv_options options = trial % 2 == 0 ? defaults() : plain();

        for (size_t i = 0; i < size; i++)
            bytes[i] = (unsigned char)alphabet[test_below(&random, sizeof alphabet - 1)];
        options.drop_missing = trial % 3 == 0;
        try_bytes(*state, bytes, size, &options);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(field_limit),
        TEST(line_limit),
        TEST(columns_limit),
        TEST(row_limit),
        TEST(class_limit),
        TEST(a_locale_changes_nothing),
        TEST(penguins),
        TEST(digits),
        TEST(files_that_fail),
        TEST(out_of_memory_changes_nothing),
        TEST(every_truncation_and_every_flip),
        TEST(texts_at_random),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0 ? 1 : 0;
}
