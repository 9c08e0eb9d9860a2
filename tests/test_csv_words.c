/* SPDX-License-Identifier: MIT */
/* Columns of texts as inputs: one for each word. */
#include "csv_helpers.h"

static const char islands[] = "island,size,\"the \"\"sex\"\"\",kind\n"
                              "Torgersen,1,f,a\n"
                              "Biscoe,2,\"m, \"\"x\"\"\",b\n"
                              "NA,9,f,a\n"
                              "\"Dream\",3,f,b\n"
                              "Biscoe,4,f,a\n";

static bp_csv_options with_words(void)
{
    bp_csv_options options = defaults();

    options.one_hot = 1;
    options.drop_missing = 1;
    return options;
}

static void assert_row(const bp_dataset *dataset, size_t row, const char *expected)
{
    const size_t count = strlen(expected);

    assert_int_equal(bp_dataset_inputs(dataset), count);
    for (size_t i = 0; i < count; i++)
        assert_true(bp_dataset_input_row(dataset, row)[i] == (float)(expected[i] - '0'));
}

static void assert_names(const bp_dataset *dataset, const char *const *names)
{
    size_t i = 0;

    for (; names[i] != NULL; i++)
        assert_string_equal(bp_dataset_input_name(dataset, i), names[i]);
    assert_int_equal(bp_dataset_inputs(dataset), i);
    assert_null(bp_dataset_input_name(dataset, i));
}

static void each_word_is_an_input(void **state)
{
    static const char *const names[] = {"island=Biscoe",
                                        "island=Dream",
                                        "island=Torgersen",
                                        "size",
                                        "the \"sex\"=f",
                                        "the \"sex\"=m, \"x\"",
                                        NULL};
    const bp_csv_options options = with_words();
    bp_dataset *dataset = parse(*state, islands, &options);

    assert_names(dataset, names);
    assert_int_equal(bp_dataset_rows(dataset), 4);
    assert_int_equal(bp_dataset_dropped(dataset), 1);
    assert_int_equal(bp_dataset_classes(dataset), 2);
    assert_row(dataset, 0, "001110");
    assert_row(dataset, 1, "100201");
    assert_row(dataset, 2, "010310");
    assert_row(dataset, 3, "100410");
    bp_dataset_destroy(dataset);
}

/* Numbers in a column with a text are words too; a row that is left out has no say. */
static void what_is_a_text(void **state)
{
    static const char *const names[] = {"a=1", "a=2", "a=x", "b", NULL};
    bp_csv_options options = with_words();
    bp_dataset *dataset;

    options.target_kind = BP_CSV_NO_TARGETS;
    dataset = parse(*state, "a,b\n1,5\nx,6\n2,7\ny,NA\n", &options);
    assert_names(dataset, names);
    assert_row(dataset, 2, "0107");
    bp_dataset_destroy(dataset);
    options.one_hot = 0;
    assert_refused(*state,
                   &(struct refused){"a\n1\nx\n", 0, BP_EDATA, "\"x\" is no number"},
                   &options);
}

/* What a model keeps: inputs by their names, in any order, and no other words. */
static void words_are_given(void **state)
{
    static const char *const features[] = {"a=x", "b", "a=z", "c=1=2", "c=1"};
    bp_csv_options options = with_words();
    bp_dataset *dataset;

    options.target_kind = BP_CSV_NO_TARGETS;
    options.features = features;
    options.features_count = 5;
    dataset = parse(*state, "c,more,b,a\n1,?,5,z\n1=2,?,6,x\n", &options);
    assert_row(dataset, 0, "05101");
    assert_row(dataset, 1, "16010");
    assert_string_equal(bp_dataset_input_name(dataset, 2), "a=z");
    bp_dataset_destroy(dataset);
    assert_refused(*state,
                   &(struct refused){"a,b,c\ny,1,1\n", 0, BP_EDATA,
                                     "line 2, column \"a\": \"y\" is none of the words"},
                   &options);
    assert_refused(*state,
                   &(struct refused){"a,b\nx,1\n", 0, BP_EINVAL,
                                     "features[3] is \"c=1=2\", expected a column"},
                   &options);
    /* A row that is left out may hold any word. */
    dataset = parse(*state, "a,b,c\ny,NA,1\nx,1,1\n", &options);
    assert_int_equal(bp_dataset_rows(dataset), 1);
    bp_dataset_destroy(dataset);
    /* A column of that very name comes first. */
    dataset = parse(*state, "a=x,a=z,a,b,c\n7,8,?,9,1\n", &options);
    assert_row(dataset, 0, "79801");
    bp_dataset_destroy(dataset);
}

/* A column beside a word of its own, a word twice, in a column of numbers. */
static void choices_that_cannot_be(void **state)
{
    static const char *const twice[] = {"a=x", "a=x"}, *const whole[] = {"a=x", "a"},
                             *const before[] = {"a", "a=x"};
    static const char *const *const rows[] = {twice, whole, before};
    bp_csv_options options = with_words();

    options.target_kind = BP_CSV_NO_TARGETS;
    options.features_count = 2;
    for (size_t i = 0; i < 3; i++) {
        options.features = rows[i];
        assert_refused(*state,
                       &(struct refused){"a,b\nx,1\n", 0, BP_EINVAL, "chosen already"},
                       &options);
    }
}

static void two_columns_of_a_name(void **state)
{
    static const char *const features[] = {"a=x"};
    bp_csv_options options = with_words();

    options.features = features;
    options.features_count = 1;
    assert_refused(*state,
                   &(struct refused){"a,a,k\nx,x,1\n", 0, BP_EINVAL,
                                     "features[0] is \"a=x\", expected a column"},
                   &options);
}

static void without_header(void **state)
{
    static const char *const features[] = {"2=y", "1"};
    bp_csv_options options = with_words();
    bp_dataset *dataset;

    options.has_header = 0;
    dataset = parse(*state, "1,y,k\n2,x,l\n", &options);
    assert_string_equal(bp_dataset_input_name(dataset, 2), "2=y");
    bp_dataset_destroy(dataset);
    options.features = features;
    options.features_count = 2;
    dataset = parse(*state, "4,y,k\n", &options);
    assert_row(dataset, 0, "14");
    bp_dataset_destroy(dataset);
}

/* 1000 words, and one more. */
static void words_limit(void **state)
{
    const size_t room = 16384;
    char *text = room_for(room);
    bp_csv_options options = with_words();
    bp_dataset *dataset;
    size_t used = 2;

    options.target_kind = BP_CSV_NO_TARGETS;
    strcpy(text, "a\n");
    for (int i = 0; i < 1000; i++)
        used += (size_t)snprintf(text + used, room - used, "w%d\n", i);
    dataset = parse(*state, text, &options);
    assert_int_equal(bp_dataset_inputs(dataset), 1000);
    bp_dataset_destroy(dataset);
    (void)snprintf(text + used, room - used, "more\n");
    assert_refused(*state,
                   &(struct refused){text, 0, BP_ELIMIT,
                                     "line 1002, column 1: more than 1000 words"},
                   &options);
    free(text);
}

static void try_bytes(struct failing_env *env, const unsigned char *bytes, size_t size,
                      const bp_csv_options *options)
{
    unsigned char *exact = malloc(size > 0 ? size : 1);
    bp_dataset *dataset = new_dataset(env);

    memcpy(exact, bytes, size);
    if (bp_dataset_parse_csv(dataset, exact, size, options) == BP_OK)
        assert_true(bp_dataset_inputs(dataset) > 0);
    else
        assert_int_equal(bp_dataset_inputs(dataset), 0);
    free(exact);
    bp_dataset_destroy(dataset);
}

static void every_truncation_and_every_flip(void **state)
{
    const size_t size = sizeof islands - 1;
    unsigned char bytes[sizeof islands];
    const bp_csv_options options = with_words();

    for (size_t cut = 0; cut <= size; cut++)
        try_bytes(*state, (const unsigned char *)islands, cut, &options);
    for (size_t at = 0; at < size; at++)
        for (unsigned int value = 0; value < 256; value++) {
            memcpy(bytes, islands, size);
            bytes[at] = (unsigned char)value;
            try_bytes(*state, bytes, size, &options);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_word_is_an_input), TEST(what_is_a_text),
        TEST(words_are_given),       TEST(choices_that_cannot_be),
        TEST(two_columns_of_a_name), TEST(without_header),
        TEST(words_limit),           TEST(every_truncation_and_every_flip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0 ? 1 : 0;
}
