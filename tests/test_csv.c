/* SPDX-License-Identifier: MIT */
/* CSV: what is read, and what is refused and with which words. */
#include "csv_helpers.h"

static void init_sets_the_defaults(void **state)
{
    bp_csv_options options;

    (void)state;
    memset(&options, 0xFF, sizeof options);
    assert_int_equal(bp_csv_options_init(NULL), BP_EINVAL);
    assert_int_equal(bp_csv_options_init(&options), BP_OK);
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

#define REFUSED_OPTION(change, words)                                                \
    do {                                                                             \
        bp_csv_options options = defaults();                                         \
        bp_dataset *refused = new_dataset(*state);                                   \
        change;                                                                      \
        assert_int_equal(bp_dataset_parse_csv(refused, "a,b\n1,x\n", 8, &options),   \
                         BP_EINVAL);                                                 \
        assert_line(bp_dataset_error(refused), words);                               \
        assert_int_equal(bp_dataset_read_csv(refused, "none", &options), BP_EINVAL); \
        assert_int_equal(bp_dataset_rows(refused), 0);                               \
        bp_dataset_destroy(refused);                                                 \
    } while (0)

static void options_are_checked(void **state)
{
    static const char *const names[] = {"a", "b", NULL};
    static const char bad_separators[] = "\"\n\r.+-0a Z9"; /* the space is no bad one */

    REFUSED_OPTION(options.struct_size = 1, "struct_size is 1, expected ");
    REFUSED_OPTION(options.has_header = 2, "has_header is 2, expected 0 or 1");
    REFUSED_OPTION(options.drop_missing = -1, "drop_missing is -1, expected 0 or 1");
    REFUSED_OPTION(options.target_kind = 3, "target_kind is 3, expected a BP_CSV_ value");
    REFUSED_OPTION((options.target_kind = BP_CSV_NO_TARGETS, options.targets = names,
                    options.targets_count = 1),
                   "expected NULL for BP_CSV_NO_TARGETS");
    REFUSED_OPTION(options.reserved = 7, "reserved is 7, expected 0");
    REFUSED_OPTION(options.row_limit = 0, "row_limit is 0, expected at least 1");
    REFUSED_OPTION(options.targets_count = 1,
                   "targets_count is 1, expected 0 as targets");
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

static void rows_without_answers(void **state)
{
    static const char *const features[] = {"c", "a"};
    bp_csv_options options = defaults();
    bp_dataset *dataset;

    options.target_kind = BP_CSV_NO_TARGETS;
    dataset = parse(*state, "a,b\n1,2\n3,4\n", &options);
    assert_inputs(dataset, 1, 3, 4);
    assert_int_equal(bp_dataset_outputs(dataset), 0);
    assert_int_equal(bp_dataset_classes(dataset), 0);
    bp_dataset_destroy(dataset);
    options.features = features;
    options.features_count = 2;
    options.drop_missing = 1;
    dataset = parse(*state, "a,b,c\n1,x,3\n4,,6\n7,z,NA\n", &options);
    assert_int_equal(bp_dataset_rows(dataset), 2);
    assert_int_equal(bp_dataset_dropped(dataset), 1);
    assert_inputs(dataset, 1, 6, 4);
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
        {{"x"},
         {0},
         1,
         0,
         BP_EINVAL,
         "targets[0] is \"x\", expected a column of the file"},
        {{"a\xFC"}, {0}, 1, 0, BP_EINVAL, "targets[0] is \"a\\xfc\", expected"},
        {{"a", "a"},
         {0},
         2,
         0,
         BP_EINVAL,
         "targets[1] is \"a\", which is chosen already"},
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

static void forms_that_mean_the_same(void **state)
{
    static const char *const texts[] = {
        "1,2,x\n3,4,y\n",
        "1,2,x\n3,4,y",
        "1,2,x\r\n3,4,y\r\n",
        "1,2,x\r\n3,4,y",
        "\"1\",\"2\",\"x\"\n\"3\",\"4\",\"y\"\n",
        "\"1\",2,\"x\"\r\n3,\"4\",\"y\"",
        "\xEF\xBB\xBF+1,2,x\n3,4,y\n",
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

/* Names belong to all that was made of the data set. */
static void names_are_shared(void **state)
{
    bp_csv_options options = defaults();
    bp_dataset *dataset = parse(*state, "len,kind\n1,x\n2,y\n3,x\n", &options);
    bp_dataset *slice;

    assert_int_equal(bp_dataset_slice(dataset, 1, 2, &slice), BP_OK);
    bp_dataset_destroy(dataset);
    assert_int_equal(bp_dataset_shuffle(slice, 1), BP_OK);
    assert_int_equal(bp_dataset_classes(slice), 2);
    assert_string_equal(bp_dataset_class_name(slice, 0), "x");
    assert_string_equal(bp_dataset_class_name(slice, 1), "y");
    assert_null(bp_dataset_class_name(slice, 2));
    assert_string_equal(bp_dataset_input_name(slice, 0), "len");
    bp_dataset_destroy(slice);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The order of bytes: prefixes first, no locale, above ASCII last. */
static void classes_are_in_order(void **state)
{
    const char *names[] = {"b",  "a",    "B",   "ab",       "aa",  "abc", "\xC3\xA4",
                           " a", "a ",   "10",  "9",        "aab", "A",   "~",
                           "z",  "\xC3", "Z",   "\x01",     "-1",  "abb", "1e5",
                           "b ", "bb",   "a\t", "aaaaaaaa", "_",   "."};
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
        {"a,b\n1,\"2\n", 0, BP_EDATA,
         "line 2, field 2: the quote that begins here is not"},
        {"a,b\n1,\"", 0, BP_EDATA, "line 2, field 2: the quote that begins here is not"},
        {"a,b\n1,\"2\"\"", 0, BP_EDATA, "line 2, field 2: the quote that begins here is"},
        {"a,b\n1,2\"3\n", 0, BP_EDATA, "line 2, field 2: a quote within a field"},
        {"a,b\n1, \"2\"\n", 0, BP_EDATA, "line 2, field 2: a quote within a field"},
        {"a,b\n1,\"2\"3\n", 0, BP_EDATA, "line 2, field 2: text after the closing quote"},
        {"a,b\n1,\"2\" \n", 0, BP_EDATA, "line 2, field 2: text after the closing quote"},
        {"a,b\r1,2\r", 0, BP_EDATA, "line 1, field 2: a carriage return without a line"},
        {"a,b\n1,2\r", 0, BP_EDATA, "line 2, field 2: a carriage return without a line"},
        {"a,b\n1\r,2\n", 0, BP_EDATA,
         "line 2, field 1: a carriage return without a line"},
        {"a,b\n1,2\r\n", 0, BP_EDATA, "line 2, field 2: the line ends with CR LF, those"},
        {"a,b\r\n1,2\n", 0, BP_EDATA, "line 2, field 2: the line ends with LF, those"},
        {"a,b\r\n1,2\r\n3,4\n5,6\r\n", 0, BP_EDATA,
         "line 3, field 2: the line ends with"},
        {"\xFF\xFE"
         "a\0,\0",
         6, BP_EDATA, "line 1, field 1: a NUL byte"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused(*state, &cases[i], NULL);
}

static void malformed_numbers(void **state)
{
    static const char *const values[] = {
        "abc",      "nan",   "NaN",
        "inf",      "-inf",  "Infinity",
        "1,5",      "1.5.2", "1.",
        ".5",       "+",     "-",
        "e5",       "1e",    "1e+",
        "1e-",      "1e5.0", "0x10",
        "1 2",      "1_000", "--1",
        "+-1",      "1f",    "1.0L",
        "\xD9\xA1", "1\t",   "$1",
        "1%",       "TRUE",  "1e5e5",
        "1.e5",     "N A",   "\xE2\x88\x92 1",
        "12a",      "a12",   "1..2",
        "1e 5",     "- 1",   "''",
        "0.1\"\"",  "1/2",
    };

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char text[64];
        const struct refused refused = {text, 0, BP_EDATA, " is no number"};

        snprintf(text, sizeof text, "a,b\n1,x\n\"%s\",y\n", values[i]);
        assert_refused(*state, &refused, NULL);
        snprintf(text, sizeof text, "a,b\n1,x\n\"%s\",y\n", values[i]);
        assert_refused(
            *state, &(struct refused){text, 0, BP_EDATA, "line 3, column \"a\": "}, NULL);
    }
}

static void refusals_name_line_column_and_value(void **state)
{
    static const struct refused cases[] = {
        {"len,b\n1,x\nabc,y\n", 0, BP_EDATA,
         "line 3, column \"len\": \"abc\" is no number"},
        {"\"two\nlines\",b\n1,x\nabc,y\n", 0, BP_EDATA,
         "line 4, column \"two\\x0alines\": \"abc\" is no number"},
        {"a,b\n1\xC3\xA4\x07\\,y\n", 0, BP_EDATA,
         "\"1\\xc3\\xa4\\x07\\\\\" is no number"},
        {"a,b\n01234567890123456789012345678901234567890123456789"
         "01234567890123456789x,y\n",
         0, BP_EDATA, "\"012345678901234567890123456789012345678901234567890123"},
        {"a,b\n01234567890123456789012345678901234567890123456789"
         "01234567890123456789x,y\n",
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
        {"a,b\n1,y\n\"NA\",z\n", 0, BP_EDATA,
         "line 3, column \"a\": the value is missing"},
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
    static const char text[] =
        "a,b,note,c\n1,2,,x\nNA,3,NA,x\n4,,u,y\n5,6,u,z\n7,8,u,\n9,10,"
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(init_sets_the_defaults),
        TEST(options_are_checked),
        TEST(arguments_are_checked),
        TEST(columns_are_chosen_by_name),
        TEST(rows_without_answers),
        TEST(columns_without_header_are_numbered),
        TEST(wrong_columns_are_refused),
        TEST(forms_that_mean_the_same),
        TEST(separators),
        TEST(quoted_fields),
        TEST(names_are_shared),
        TEST(classes_are_in_order),
        TEST(malformed_frames),
        TEST(malformed_numbers),
        TEST(refusals_name_line_column_and_value),
        TEST(lines_are_counted_in_quotes),
        TEST(missing_rows_are_dropped),
        TEST(other_marks_of_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0 ? 1 : 0;
}
