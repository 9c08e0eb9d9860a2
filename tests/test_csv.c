/* SPDX-License-Identifier: MIT */
/* CSV: what is read, what is refused and with which words, and that nothing else happens. */
#include "dataset_helpers.h"

#include "dataset.h"
#include "format/decimal.h"
#include "format/quote.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

static int begin(void **state)
{
    struct failing_env *env = calloc(1, sizeof *env);

    failing_env_init(env);
    *state = env;
    return 0;
}

static int end(void **state)
{
    struct failing_env *env = *state;

    assert_env_clean(env);
    failing_env_free(env);
    free(env);
    return 0;
}

static char *room_for(size_t size)
{
    char *text = malloc(size);

    assert_non_null(text);
    return text;
}

/* Read files of the repository; memory is watched as before. */
static bp_dataset *reader_of_files(struct failing_env *env)
{
    env->env.files = NULL;
    return new_dataset(env);
}

static bp_csv_options defaults(void)
{
    bp_csv_options options;

    assert_int_equal(bp_csv_init(&options), BP_OK);
    return options;
}

/* Two columns of numbers, the second one a target; no header. */
static bp_csv_options plain(void)
{
    bp_csv_options options = defaults();

    options.has_header = 0;
    options.target_kind = BP_CSV_NUMBERS;
    return options;
}

static bp_dataset *parse(struct failing_env *env, const char *text,
                         const bp_csv_options *options)
{
    bp_dataset *dataset = new_dataset(env);

    if (bp_dataset_parse_csv(dataset, text, strlen(text), options) != BP_OK)
        fail_msg("'%s' is refused: %s", text, bp_dataset_error(dataset));
    return dataset;
}

static void assert_inputs(const bp_dataset *dataset, size_t row, float a, float b)
{
    const float expected[2] = {a, b};

    assert_int_equal(bp_dataset_inputs(dataset), 2);
    assert_bits_f32(bp_dataset_input_row(dataset, row), expected, 2);
}

/* Options. */

static void init_sets_the_defaults(void **state)
{
    bp_csv_options options;

    (void)state;
    memset(&options, 0xFF, sizeof options);
    assert_int_equal(bp_csv_init(NULL), BP_EINVAL);
    assert_int_equal(bp_csv_init(&options), BP_OK);
    assert_int_equal(options.struct_size, sizeof options);
    assert_int_equal(options.separator, ',');
    assert_int_equal(options.has_header, 1);
    assert_int_equal(options.target_kind, BP_CSV_CLASSES);
    assert_int_equal(options.drop_missing, 0);
    assert_int_equal(options.reserved, 0);
    assert_string_equal(options.missing, "NA");
    assert_null(options.targets);
    assert_null(options.features);
    assert_int_equal(options.targets_count, 0);
    assert_int_equal(options.features_count, 0);
    assert_int_equal(options.row_limit, 100000000);
}

#define REFUSED_OPTION(change, words)                                                    \
    do {                                                                                 \
        bp_csv_options options = defaults();                                             \
        bp_dataset *refused = new_dataset(*state);                                       \
        change;                                                                          \
        assert_int_equal(bp_dataset_parse_csv(refused, "a,b\n1,x\n", 8, &options),       \
                         BP_EINVAL);                                                     \
        assert_line(bp_dataset_error(refused), words);                                   \
        assert_int_equal(bp_dataset_read_csv(refused, "none", &options), BP_EINVAL);     \
        assert_int_equal(bp_dataset_rows(refused), 0);                                   \
        bp_dataset_destroy(refused);                                                     \
    } while (0)

static void options_are_checked(void **state)
{
    static const char *const names[] = {"a", "b", NULL};
    static const char bad_separators[] = "\"\n\r.+-0a Z9"; /* the space is no bad one */

    REFUSED_OPTION(options.struct_size = 1, "struct_size is 1, expected ");
    REFUSED_OPTION(options.has_header = 2, "has_header is 2, expected 0 or 1");
    REFUSED_OPTION(options.drop_missing = -1, "drop_missing is -1, expected 0 or 1");
    REFUSED_OPTION(options.target_kind = 2, "target_kind is 2, expected a BP_CSV_ value");
    REFUSED_OPTION(options.reserved = 7, "reserved is 7, expected 0");
    REFUSED_OPTION(options.row_limit = 0, "row_limit is 0, expected at least 1");
    REFUSED_OPTION(options.targets_count = 1, "targets_count is 1, expected 0 as targets");
    REFUSED_OPTION(options.targets = names, "targets_count is 0, expected at least 1");
    REFUSED_OPTION(options.features = names, "features_count is 0, expected at least 1");
    REFUSED_OPTION(options.features_count = 3, "features_count is 3, expected 0 as");
    REFUSED_OPTION((options.targets = names, options.targets_count = 2),
                   "targets_count is 2, expected 1 at most for classes");
    REFUSED_OPTION((options.features = names, options.features_count = 3),
                   "features[2] is NULL");
    REFUSED_OPTION(options.separator = 0, "separator is 0, expected a character");
    REFUSED_OPTION(options.separator = 300, "separator is 300, expected a character");
    REFUSED_OPTION(options.separator = -1, "separator is -1, expected a character");
    for (const char *c = bad_separators; *c != '\0'; c++)
        if (*c != ' ')
            REFUSED_OPTION(options.separator = *c, "expected a character");
}

static void arguments_are_checked(void **state)
{
    bp_dataset *dataset = new_dataset(*state);

    assert_int_equal(bp_dataset_parse_csv(NULL, "a", 1, NULL), BP_EINVAL);
    assert_int_equal(bp_dataset_read_csv(NULL, "a", NULL), BP_EINVAL);
    assert_int_equal(bp_dataset_parse_csv(dataset, NULL, 1, NULL), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "bytes is NULL");
    assert_int_equal(bp_dataset_read_csv(dataset, NULL, NULL), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "path is NULL");
    assert_int_equal(bp_dataset_read_csv(dataset, "no-such-file", NULL), BP_EIO);
    assert_line(bp_dataset_error(dataset), "no-such-file");
    assert_int_equal(bp_dataset_parse_csv(dataset, "a,b\n1,x\n", 8, NULL), BP_OK);
    assert_int_equal(bp_dataset_parse_csv(dataset, "a,b\n1,x\n", 8, NULL), BP_ESTATE);
    assert_line(bp_dataset_error(dataset), "has 1 rows, expected an empty one");
    assert_int_equal(bp_dataset_read_csv(dataset, "no-such-file", NULL), BP_ESTATE);
    bp_dataset_destroy(dataset);
}

static void columns_are_chosen_by_name(void **state)
{
    static const char text[] = "a,b,\"c \"\"x\"\"\",d\n1,2,3,4\n5,6,7,8\n";
    static const char *const targets[] = {"d", "a"};
    static const char *const features[] = {"c \"x\"", "b"};
    bp_csv_options options = defaults();
    bp_dataset *dataset;

    options.target_kind = BP_CSV_NUMBERS;
    options.targets = targets;
    options.targets_count = 2;
    options.features = features;
    options.features_count = 2;
    dataset = parse(*state, text, &options);
    assert_inputs(dataset, 1, 7, 6);
    assert_bits_f32(bp_dataset_target_row(dataset, 1), ((float[]){8, 5}), 2);
    assert_string_equal(bp_dataset_input_name(dataset, 0), "c \"x\"");
    assert_string_equal(bp_dataset_input_name(dataset, 1), "b");
    assert_null(bp_dataset_input_name(dataset, 2));
    assert_null(bp_dataset_class_name(dataset, 0));
    assert_int_equal(bp_dataset_classes(dataset), 0);
    bp_dataset_destroy(dataset);

    /* All that are no targets, in their order; text in a column that is not chosen. */
    options.features = NULL;
    options.features_count = 0;
    dataset = parse(*state, text, &options);
    assert_inputs(dataset, 0, 2, 3);
    bp_dataset_destroy(dataset);
    options.targets_count = 1;
    options.features = features;
    options.features_count = 1;
    dataset = parse(*state, "d,e,\"c \"\"x\"\"\"\n1,no number,2\n", &options);
    assert_int_equal(bp_dataset_inputs(dataset), 1);
    bp_dataset_destroy(dataset);
}

static void columns_without_header_are_numbered(void **state)
{
    static const char *const targets[] = {"2"};
    bp_csv_options options = plain();
    bp_dataset *dataset;

    options.targets = targets;
    options.targets_count = 1;
    dataset = parse(*state, "1,2,3\n4,5,6\n", &options);
    assert_inputs(dataset, 0, 1, 3);
    assert_inputs(dataset, 1, 4, 6);
    assert_same_f32(bp_dataset_target_row(dataset, 0)[0], 2);
    assert_string_equal(bp_dataset_input_name(dataset, 0), "1");
    assert_string_equal(bp_dataset_input_name(dataset, 1), "3");
    bp_dataset_destroy(dataset);
}

static void wrong_columns_are_refused(void **state)
{
    static const struct {
        const char *targets[2], *features[2];
        size_t targets_count, features_count;
        bp_status status;
        const char *words;
    } cases[] = {
        {{"x"}, {0}, 1, 0, BP_EINVAL, "targets[0] is \"x\", expected a column of the file"},
        {{"a\xFC"}, {0}, 1, 0, BP_EINVAL, "targets[0] is \"a\\xfc\", expected"},
        {{"a", "a"}, {0}, 2, 0, BP_EINVAL, "targets[1] is \"a\", which is chosen already"},
        {{"a"}, {"b", "y"}, 1, 2, BP_EINVAL, "features[1] is \"y\", expected a column"},
        {{"a"}, {"b", "a"}, 1, 2, BP_EINVAL, "features[1] is \"a\", which is chosen"},
        {{0}, {"b", "e"}, 0, 2, BP_EINVAL, "features[1] is \"e\", which is chosen"},
        {{"d"}, {0}, 1, 0, BP_EDATA, "targets[0] is \"d\", which two columns"},
        {{"aa"}, {0}, 1, 0, BP_EINVAL, "targets[0] is \"aa\""},
        {{""}, {0}, 1, 0, BP_EINVAL, "targets[0] is \"\""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bp_csv_options options = defaults();
        bp_dataset *dataset = new_dataset(*state);

        options.target_kind = BP_CSV_NUMBERS;
        options.targets = cases[i].targets_count > 0 ? cases[i].targets : NULL;
        options.targets_count = cases[i].targets_count;
        options.features = cases[i].features_count > 0 ? cases[i].features : NULL;
        options.features_count = cases[i].features_count;
        assert_int_equal(
            bp_dataset_parse_csv(dataset, "a,b,d,d,e\n1,2,3,4,5\n", 22, &options),
            cases[i].status);
        assert_line(bp_dataset_error(dataset), cases[i].words);
        bp_dataset_destroy(dataset);
    }
}

/* Grammar. */

static void forms_that_mean_the_same(void **state)
{
    static const char *const texts[] = {
        "1,2,x\n3,4,y\n",
        "1,2,x\n3,4,y",
        "1,2,x\r\n3,4,y\r\n",
        "1,2,x\r\n3,4,y",
        "\"1\",\"2\",\"x\"\n\"3\",\"4\",\"y\"\n",
        "\"1\",2,\"x\"\r\n3,\"4\",\"y\"",
        "\xEF\xBB\xBF" "1,2,x\n3,4,y\n",
        " 1 ,  2,x\n3 , 4,y\n",
        "1.0,2e0,x\n30e-1,0.4E+1,y\n",
        "+1,02,x\n3.000,004,y\n",
    };
    bp_csv_options options = defaults();

    options.has_header = 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        bp_dataset *dataset = parse(*state, texts[i], &options);

        assert_int_equal(bp_dataset_rows(dataset), 2);
        assert_inputs(dataset, 0, 1, 2);
        assert_inputs(dataset, 1, 3, 4);
        assert_int_equal(bp_dataset_label_at(dataset, 0), 0);
        assert_int_equal(bp_dataset_label_at(dataset, 1), 1);
        assert_string_equal(bp_dataset_class_name(dataset, 0), "x");
        assert_string_equal(bp_dataset_class_name(dataset, 1), "y");
        bp_dataset_destroy(dataset);
    }
}

static void separators(void **state)
{
    static const char kinds[] = ",;\t |:_#";

    for (const char *c = kinds; *c != '\0'; c++) {
        char text[] = "1?2.5?x\n3?\"4\"?\"y\"\n";
        bp_csv_options options = defaults();
        bp_dataset *dataset;

        for (char *at = text; *at != '\0'; at++)
            *at = *at == '?' ? *c : *at;
        options.has_header = 0;
        options.separator = *c;
        dataset = parse(*state, text, &options);
        assert_inputs(dataset, 0, 1, 2.5f);
        assert_inputs(dataset, 1, 3, 4);
        bp_dataset_destroy(dataset);
    }
}

/* Quotes hold separators, line ends and quotes; lines are counted on. */
static void quoted_fields(void **state)
{
    static const char text[] = "n,\"cla,ss\"\n1,\"a,b\"\n2,\"line\r\nend\nlf\"\n3,\"say "
                               "\"\"hi\"\"\"\n4,\"\"\"\"\n5,x,\n";
    bp_dataset *dataset = new_dataset(*state);

    assert_int_equal(bp_dataset_parse_csv(dataset, text, strlen(text), NULL), BP_EDATA);
    assert_line(bp_dataset_error(dataset), "line 8 has more than 2 fields, expected 2");
    assert_int_equal(bp_dataset_parse_csv(dataset, text, strlen(text) - 2, NULL), BP_OK);
    assert_int_equal(bp_dataset_classes(dataset), 5);
    assert_string_equal(bp_dataset_class_name(dataset, 0), "\"");
    assert_string_equal(bp_dataset_class_name(dataset, 1), "a,b");
    assert_string_equal(bp_dataset_class_name(dataset, 2), "line\r\nend\nlf");
    assert_string_equal(bp_dataset_class_name(dataset, 3), "say \"hi\"");
    assert_string_equal(bp_dataset_class_name(dataset, 4), "x");
    assert_int_equal(bp_dataset_label_at(dataset, 0), 1);
    assert_int_equal(bp_dataset_label_at(dataset, 1), 2);
    assert_int_equal(bp_dataset_label_at(dataset, 2), 3);
    assert_int_equal(bp_dataset_label_at(dataset, 3), 0);
    assert_int_equal(bp_dataset_label_at(dataset, 4), 4);
    bp_dataset_destroy(dataset);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The order of bytes: prefixes first, no locale, above ASCII last. */
static void classes_are_in_order(void **state)
{
    const char *names[] = {"b",  "a",   "B",   "ab", "aa", "abc", "\xC3\xA4", " a", "a ",
                           "10", "9",   "aab", "A",  "~",  "z",   "\xC3",     "Z",  "\x01",
                           "-1", "abb", "1e5", "b ", "bb", "a\t", "aaaaaaaa", "_",  "."};
    const size_t count = sizeof names / sizeof names[0];
    char text[1024] = "";
    bp_csv_options options = defaults();
    bp_dataset *dataset;

    options.has_header = 0;
    for (size_t round = 0; round < 2; round++)
        for (size_t i = 0; i < count; i++) {
            strcat(text, "1,");
            strcat(text, names[i]);
            strcat(text, "\n");
        }
    dataset = parse(*state, text, &options);
    assert_int_equal(bp_dataset_classes(dataset), count);
    for (size_t row = 0; row < 2 * count; row++)
        assert_string_equal(
            bp_dataset_class_name(dataset, (size_t)bp_dataset_label_at(dataset, row)),
            names[row % count]);
    qsort(names, count, sizeof names[0], by_bytes);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(bp_dataset_class_name(dataset, i), names[i]);
    assert_null(bp_dataset_class_name(dataset, count));
    bp_dataset_destroy(dataset);
}

struct refused {
    const char *text;
    size_t size; /* 0: strlen */
    bp_status status;
    const char *words;
};

static void assert_refused(struct failing_env *env, const struct refused *refused,
                           const bp_csv_options *options)
{
    const size_t size = refused->size > 0 ? refused->size : strlen(refused->text);
    const size_t before = env->live_count;
    bp_dataset *dataset = new_dataset(env);
    char *exact = malloc(size > 0 ? size : 1); /* so that ASan sees what is read beyond */
    bp_status status;

    memcpy(exact, refused->text, size);
    status = bp_dataset_parse_csv(dataset, exact, size, options);
    free(exact);
    if (status != refused->status)
        fail_msg("'%s' gives %d, '%s'", refused->text, (int)status,
                 bp_dataset_error(dataset));
    assert_line(bp_dataset_error(dataset), refused->words);
    assert_int_equal(env->live_count, before + 1);
    assert_int_equal(bp_dataset_rows(dataset), 0);
    assert_int_equal(bp_dataset_inputs(dataset), 0);
    bp_dataset_destroy(dataset);
}

static void malformed_frames(void **state)
{
    static const struct refused cases[] = {
        {"", 0, BP_EDATA, "the text is empty"},
        {"\xEF\xBB\xBF", 0, BP_EDATA, "the text is empty"},
        {"\n", 0, BP_EDATA, "the file has 1 columns, expected one more than the targets"},
        {"a", 0, BP_EDATA, "the file has 1 columns, expected one more than the targets"},
        {"a,b", 0, BP_EDATA, "no rows follow the header"},
        {"a,b\n", 0, BP_EDATA, "no rows follow the header"},
        {"a,b\n1,2\n1,2,3\n", 0, BP_EDATA, "line 3 has more than 2 fields, expected 2"},
        {"a,b\n1,2\n1\n", 0, BP_EDATA, "line 3 has 1 fields, expected 2"},
        {"a,b\n1,2\n1", 0, BP_EDATA, "line 3 has 1 fields, expected 2"},
        {"a,b\n1,2\n\n", 0, BP_EDATA, "line 3 is empty, expected 2 fields"},
        {"a,b\n\n1,2\n", 0, BP_EDATA, "line 2 is empty, expected 2 fields"},
        {"a,b\n1,2,", 0, BP_EDATA, "line 2 has more than 2 fields, expected 2"},
        {"a,b\n1\0,2\n", 9, BP_EDATA, "line 2, field 1: a NUL byte"},
        {"a,b\n1,\"2\0\"\n", 11, BP_EDATA, "line 2, field 2: a NUL byte"},
        {"\0", 1, BP_EDATA, "line 1, field 1: a NUL byte"},
        {"a,b\n1,2\0", 8, BP_EDATA, "line 2, field 2: a NUL byte"},
        {"a,b\n1,\"2\n", 0, BP_EDATA, "line 2, field 2: the quote that begins here is not"},
        {"a,b\n1,\"", 0, BP_EDATA, "line 2, field 2: the quote that begins here is not"},
        {"a,b\n1,\"2\"\"", 0, BP_EDATA, "line 2, field 2: the quote that begins here is"},
        {"a,b\n1,2\"3\n", 0, BP_EDATA, "line 2, field 2: a quote within a field"},
        {"a,b\n1, \"2\"\n", 0, BP_EDATA, "line 2, field 2: a quote within a field"},
        {"a,b\n1,\"2\"3\n", 0, BP_EDATA, "line 2, field 2: text after the closing quote"},
        {"a,b\n1,\"2\" \n", 0, BP_EDATA, "line 2, field 2: text after the closing quote"},
        {"a,b\r1,2\r", 0, BP_EDATA, "line 1, field 2: a carriage return without a line"},
        {"a,b\n1,2\r", 0, BP_EDATA, "line 2, field 2: a carriage return without a line"},
        {"a,b\n1\r,2\n", 0, BP_EDATA, "line 2, field 1: a carriage return without a line"},
        {"a,b\n1,2\r\n", 0, BP_EDATA, "line 2, field 2: the line ends with CR LF, those"},
        {"a,b\r\n1,2\n", 0, BP_EDATA, "line 2, field 2: the line ends with LF, those"},
        {"a,b\r\n1,2\r\n3,4\n5,6\r\n", 0, BP_EDATA, "line 3, field 2: the line ends with"},
        {"\xFF\xFE" "a\0,\0", 6, BP_EDATA, "line 1, field 1: a NUL byte"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused(*state, &cases[i], NULL);
}

static void malformed_numbers(void **state)
{
    static const char *const values[] = {
        "abc", "nan", "NaN", "inf", "-inf", "Infinity", "1,5", "1.5.2", "1.", ".5",
        "+", "-", "e5", "1e", "1e+", "1e-", "1e5.0", "0x10", "1 2", "1_000", "--1", "+-1",
        "1f", "1.0L", "\xD9\xA1", "1\t", "$1", "1%", "TRUE", "1e5e5", "1.e5", "N A",
        "\xE2\x88\x92" "1", "12a", "a12", "1..2", "1e 5", "- 1", "''", "0.1\"\"", "1/2",
    };

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char text[64];
        const struct refused refused = {text, 0, BP_EDATA,
                                        " is no number"};

        snprintf(text, sizeof text, "a,b\n1,x\n\"%s\",y\n", values[i]);
        assert_refused(*state, &refused, NULL);
        snprintf(text, sizeof text, "a,b\n1,x\n\"%s\",y\n", values[i]);
        assert_refused(*state, &(struct refused){text, 0, BP_EDATA, "line 3, column \"a\": "},
                       NULL);
    }
}

static void refusals_name_line_column_and_value(void **state)
{
    static const struct refused cases[] = {
        {"len,b\n1,x\nabc,y\n", 0, BP_EDATA, "line 3, column \"len\": \"abc\" is no number"},
        {"\"two\nlines\",b\n1,x\nabc,y\n", 0, BP_EDATA,
         "line 4, column \"two\\x0alines\": \"abc\" is no number"},
        {"a,b\n1\xC3\xA4\x07\\,y\n", 0, BP_EDATA, "\"1\\xc3\\xa4\\x07\\\\\" is no number"},
        {"a,b\n0123456789012345678901234567890123456789012345678901234567890123456789x,y\n",
         0, BP_EDATA, "\"012345678901234567890123456789012345678901234567890123"},
        {"a,b\n0123456789012345678901234567890123456789012345678901234567890123456789x,y\n",
         0, BP_EDATA, "...\" is no number"},
        {"a,b\n1e39,y\n", 0, BP_EDATA,
         "line 2, column \"a\": \"1e39\" is beyond float, expected at most 3.4e38"},
        {"a,b\n-1e999999999999999999999,y\n", 0, BP_EDATA, "is beyond float"},
        {"a,b\n340282356779733661637539395458142568448,y\n", 0, BP_EDATA, "beyond float"},
        {"a,b\n,y\n", 0, BP_EDATA, "line 2, column \"a\": the value is missing"},
        {"a,b\n1,y\n2,\n", 0, BP_EDATA, "line 3, column \"b\": the value is missing"},
        {"a,b\n1,y\n2,NA\n", 0, BP_EDATA, "line 3, column \"b\": the value is missing"},
        {"a,b\n1,y\n  ,z\n", 0, BP_EDATA, "line 3, column \"a\": the value is missing"},
        {"a,b\n1,y\n NA ,z\n", 0, BP_EDATA, "line 3, column \"a\": the value is missing"},
        {"a,b\n1,y\n\"NA\",z\n", 0, BP_EDATA, "line 3, column \"a\": the value is missing"},
    };
    bp_csv_options options = plain();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused(*state, &cases[i], NULL);
    assert_refused(*state,
                   &(struct refused){"1,2,3\n4,x,6\n", 0, BP_EDATA,
                                     "line 2, column \"2\": \"x\" is no number"},
                   &options);
}

/* A quoted value over several lines is blamed on its first one. */
static void lines_are_counted_in_quotes(void **state)
{
    assert_refused(*state,
                   &(struct refused){"a,b\n1,\"x\ny\nz\"\nbad,u\n", 0, BP_EDATA,
                                     "line 5, column \"a\": \"bad\""},
                   NULL);
    assert_refused(*state,
                   &(struct refused){"a,b\n\"1\n2\",x\n", 0, BP_EDATA,
                                     "line 2, column \"a\": \"1\\x0a2\""},
                   NULL);
}

static void missing_rows_are_dropped(void **state)
{
    static const char text[] = "a,b,note,c\n1,2,,x\nNA,3,NA,x\n4,,u,y\n5,6,u,z\n7,8,u,\n9,10,"
                               "u,x\n11,NA,u,q\n";
    static const char *const features[] = {"a", "b"};
    bp_csv_options options = defaults();
    bp_dataset *dataset;

    options.drop_missing = 1;
    options.features = features;
    options.features_count = 2;
    dataset = parse(*state, text, &options);
    assert_int_equal(bp_dataset_rows(dataset), 3);
    assert_int_equal(bp_dataset_dropped(dataset), 4);
    assert_inputs(dataset, 0, 1, 2);
    assert_inputs(dataset, 1, 5, 6);
    assert_inputs(dataset, 2, 9, 10);
    /* y and q were in dropped rows only: no classes. */
    assert_int_equal(bp_dataset_classes(dataset), 2);
    assert_string_equal(bp_dataset_class_name(dataset, 1), "z");
    bp_dataset_destroy(dataset);

    assert_refused(*state,
                   &(struct refused){"a,b,c\nNA,1,x\n2,,y\n", 0, BP_EDATA,
                                     "each of the 2 rows has a missing value"},
                   &options);
    /* What is no number is refused also in a row that would be dropped. */
    assert_refused(*state,
                   &(struct refused){"a,b,c\n1,2,x\nNA,bad,y\n", 0, BP_EDATA,
                                     "line 3, column \"b\": \"bad\" is no number"},
                   &options);
}

static void other_marks_of_missing(void **state)
{
    bp_csv_options options = defaults();
    bp_dataset *dataset;

    options.drop_missing = 1;
    options.missing = "?";
    dataset = parse(*state, "a,b\n1,NA\n?,x\n2,?\n,x\n", &options);
    assert_int_equal(bp_dataset_rows(dataset), 1);
    assert_int_equal(bp_dataset_dropped(dataset), 3);
    assert_string_equal(bp_dataset_class_name(dataset, 0), "NA");
    bp_dataset_destroy(dataset);
    options.missing = NULL;
    dataset = parse(*state, "a,b\n1,NA\n,x\n2,?\n", &options);
    assert_int_equal(bp_dataset_rows(dataset), 2);
    assert_int_equal(bp_dataset_dropped(dataset), 1);
    bp_dataset_destroy(dataset);
}

/* Limits. */

static void field_limit(void **state)
{
    enum { LIMIT = 1 << 20 };
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
    enum { FIELD = 1 << 19, FIELDS = 33 };
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
    enum { LIMIT = 65536 };
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
    assert_refused(*state,
                   &(struct refused){text, 0, BP_ELIMIT, "line 1: more than 65536 columns"},
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
    assert_refused(*state,
                   &(struct refused){"1,2\n3,4\n5,6\n", 0, BP_ELIMIT, "line 3: more than 2"},
                   &options);
}

static void class_limit(void **state)
{
    enum { LIMIT = 1000000, LINE = 10 };
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
    assert_refused(*state,
                   &(struct refused){text, 0, BP_ELIMIT, "line 1000001: more than 1000000"},
                   &options);
    free(text);
}

/* Numbers. glibc's strtof() rounds correctly, so it is the judge. */

static void assert_reads_as(const char *text)
{
    float expected;
    float value = NAN;

    assert_int_equal(
        bp_decimal_read((const unsigned char *)text, strlen(text), &value),
        isinf(strtof(text, NULL)) ? BP_DECIMAL_OVERFLOW : BP_DECIMAL_OK);
    expected = strtof(text, NULL);
    if (isinf(expected))
        return;
    if (memcmp(&value, &expected, sizeof value) != 0)
        fail_msg("'%s' is read as %a, expected %a", text, (double)value, (double)expected);
}

static void numbers_are_rounded_correctly(void **state)
{
    static const char *const texts[] = {
        "0", "-0", "0.0", "-0e5", "0e999999999999", "1", "0.1", "16777217", "16777216.9",
        "16777217.0000000000000000000000000000000000000001", "33554434.000", "33554438",
        "1e-45", "7e-46", "7.00649232162408535461864791644958e-46",
        "7.0064923216240853546186479164495806564013097093825788587853e-46",
        "7.00649232162408535461864791644958065640130970938257885878534141944895541342930300"
        "743319094181060791015625e-46",
        "7.00649232162408535461864791644958065640130970938257885878534141944895541342930300"
        "7433190941810607910156250001e-46",
        "1.17549435e-38", "1.1754942e-38", "3.4028235e38", "3.4028234663852886e38",
        "340282356779733661637539395458142568447", "340282356779733661637539395458142568448",
        "3.40282357e38", "1e38", "1e39", "1e-50", "1e-60", "1e-999999999999",
        "123456789012345678901234567890", "0.000000000000000000000000000000000000000000001",
        "8388608.5", "8388609.5", "8388608.4999999999999999999999",
        "8388608.5000000000000000000001", "1.00000005960464477539062500",
        "1.00000005960464477539062501", "1.000000059604644775390624",
        "1.000000178813934326171875", "9007199254740993", "0.30000001192092896",
        "99999999999999999999", "18446744073709551616", "1e22", "1e23", "1e-22", "1e-23",
        "4.7019774032891500318749461488889827112746622270883500860350068251e-38",
    };
    uint64_t random = 2463534242u;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_reads_as(texts[i]);
    for (int i = 0; i < 100000; i++) {
        char text[128];
        const double digits = (double)(test_random(&random) >> 11);
        const int precision = 1 + (int)(test_random(&random) % 20);
        const int exponent = (int)(test_random(&random) % 100) - 60;

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
    char *text = room_for(ZEROS + 64);
    float value = 0;

    (void)state;
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

static void a_locale_changes_nothing(void **state)
{
    static const char *const locales[] = {"de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8",
                                          "fr_FR.utf8", "es_ES.UTF-8", "nl_NL.UTF-8"};
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
    assert_refused(*state, &(struct refused){"1,5;2\n", 0, BP_EDATA, "is no number"}, &options);
    setlocale(LC_ALL, "C");
}

/* Files. */

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
    assert_int_equal(
        bp_dataset_read_csv(dataset, BP_SOURCE_DIR "/examples/data/penguins.csv", &options),
        BP_EDATA);
    assert_line(bp_dataset_error(dataset), "line 5, column \"bill_length_mm\": the value is");
    options.drop_missing = 1;
    assert_int_equal(
        bp_dataset_read_csv(dataset, BP_SOURCE_DIR "/examples/data/penguins.csv", &options),
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
         bp_dataset_read_csv(dataset, BP_SOURCE_DIR "/examples/data/digits.csv.gz", &options));

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
static const char everything[] = "\xEF\xBB\xBF" "len,\"wi\"\"dth\",kind\r\n1.5,-2e-3,\"a,b\"\r\n"
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

/* Any status but a crash; what is refused leaves nothing, what is read can be read back. */
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
        const size_t size = test_random(&random) % sizeof bytes;
        bp_csv_options options = trial % 2 == 0 ? defaults() : plain();

        for (size_t i = 0; i < size; i++)
            bytes[i] = (unsigned char)alphabet[test_random(&random) % (sizeof alphabet - 1)];
        options.drop_missing = trial % 3 == 0;
        try_bytes(*state, bytes, size, &options);
    }
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
    assert_string_equal(bp_quote(&quote, "a\"b\\c\n\x80", 7), "\"a\\\"b\\\\c\\x0a\\x80\"");
    assert_string_equal(bp_quote(&quote, "", 0), "\"\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(init_sets_the_defaults),
        TEST(options_are_checked),
        TEST(arguments_are_checked),
        TEST(columns_are_chosen_by_name),
        TEST(columns_without_header_are_numbered),
        TEST(wrong_columns_are_refused),
        TEST(forms_that_mean_the_same),
        TEST(separators),
        TEST(quoted_fields),
        TEST(classes_are_in_order),
        TEST(malformed_frames),
        TEST(malformed_numbers),
        TEST(refusals_name_line_column_and_value),
        TEST(lines_are_counted_in_quotes),
        TEST(missing_rows_are_dropped),
        TEST(other_marks_of_missing),
        TEST(field_limit),
        TEST(line_limit),
        TEST(columns_limit),
        TEST(row_limit),
        TEST(class_limit),
        TEST(numbers_are_rounded_correctly),
        TEST(numbers_in_the_middle),
        TEST(very_long_numbers),
        TEST(a_locale_changes_nothing),
        TEST(penguins),
        TEST(digits),
        TEST(files_that_fail),
        TEST(out_of_memory_changes_nothing),
        TEST(every_truncation_and_every_flip),
        TEST(texts_at_random),
        TEST(quotes_are_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0 ? 1 : 0;
}
