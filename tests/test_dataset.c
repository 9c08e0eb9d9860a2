/* SPDX-License-Identifier: MIT */
/* Data sets: filling, reading back, one-hot, generated data, memory. */
#include "dataset_helpers.h"

#include "dataset.h"

#include <math.h>
#include <stdlib.h>

static const float numbers[6] = {1, 2, 3, 4, 5, 6};
static const int32_t classes[3] = {2, 0, 1};

/* Three rows of two inputs, two targets and a label. */
static bp_dataset *full(struct failing_env *env)
{
    bp_dataset *dataset = new_dataset(env);

    assert_int_equal(bp_dataset_set_inputs(dataset, numbers, 3, 2, 2), BP_OK);
    assert_int_equal(bp_dataset_set_targets(dataset, numbers, 3, 1, 2), BP_OK);
    assert_int_equal(bp_dataset_set_labels(dataset, classes, 3, 4), BP_OK);
    return dataset;
}

static void create_checks_its_arguments(void **state)
{
    struct failing_env *env = *state;
    bp_dataset *dataset = (bp_dataset *)state;
    bp_env wrong = env->env;

    assert_int_equal(bp_dataset_create(&env->env, NULL), BP_EINVAL);
    wrong.struct_size = 1;
    assert_int_equal(bp_dataset_create(&wrong, &dataset), BP_EINVAL);
    failing_env_arm(env, 1, false);
    assert_int_equal(bp_dataset_create(&env->env, &dataset), BP_ENOMEM);
    assert_ptr_equal(dataset, state);
    bp_dataset_destroy(NULL);
}

static void null_is_empty(void **state)
{
    bp_dataset *dataset = new_dataset(*state);

    for (int null = 0; null < 2; null++) {
        const bp_dataset *asked = null ? NULL : dataset;

        assert_int_equal(bp_dataset_rows(asked), 0);
        assert_int_equal(bp_dataset_inputs(asked), 0);
        assert_int_equal(bp_dataset_outputs(asked), 0);
        assert_int_equal(bp_dataset_classes(asked), 0);
        assert_int_equal(bp_dataset_dropped(asked), 0);
        assert_null(bp_dataset_class_name(asked, 0));
        assert_null(bp_dataset_input_name(asked, 0));
        assert_string_equal(bp_dataset_error(asked), "");
    }
    bp_dataset_destroy(dataset);
}

static void set_copies(void **state)
{
    float inputs[8] = {1, 2, NAN, 3, 4, NAN, 5, 6};
    int32_t labels[3] = {0, 3, 1};
    bp_dataset *dataset = new_dataset(*state);
    float row[2];
    int32_t label;

    /* What lies between the rows is not looked at. */
    assert_int_equal(bp_dataset_set_inputs(dataset, inputs, 3, 2, 3), BP_OK);
    assert_int_equal(bp_dataset_set_targets(dataset, numbers, 3, 1, 1), BP_OK);
    assert_int_equal(bp_dataset_set_labels(dataset, labels, 3, 4), BP_OK);
    memset(inputs, 0, sizeof inputs);
    memset(labels, 0, sizeof labels);
    assert_int_equal(bp_dataset_rows(dataset), 3);
    assert_int_equal(bp_dataset_inputs(dataset), 2);
    assert_int_equal(bp_dataset_outputs(dataset), 1);
    assert_int_equal(bp_dataset_classes(dataset), 4);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(bp_dataset_get_inputs(dataset, i, row, 2), BP_OK);
        assert_bits_f32(row, numbers + 2 * i, 2);
        assert_int_equal(bp_dataset_get_targets(dataset, i, row, 1), BP_OK);
        assert_same_f32(row[0], numbers[i]);
    }
    assert_int_equal(bp_dataset_get_label(dataset, 1, &label), BP_OK);
    assert_int_equal(label, 3);
    assert_null(bp_dataset_class_name(dataset, 0));
    assert_null(bp_dataset_input_name(dataset, 0));
    bp_dataset_destroy(dataset);
}

static void borrow_keeps_the_pointer(void **state)
{
    struct failing_env *env = *state;
    bp_dataset *dataset = new_dataset(env);
    bp_dataset *slice;
    const size_t before = env->allocations;

    assert_int_equal(bp_dataset_set_inputs_borrow(dataset, numbers, 3, 1, 2), BP_OK);
    assert_int_equal(bp_dataset_set_targets_borrow(dataset, numbers + 1, 3, 1, 2), BP_OK);
    assert_int_equal(env->allocations, before);
    assert_int_equal(bp_dataset_slice(dataset, 1, 2, &slice), BP_OK);
    bp_dataset_destroy(dataset);
    assert_ptr_equal(bp_dataset_input_row(slice, 0), numbers + 2);
    assert_ptr_equal(bp_dataset_target_row(slice, 1), numbers + 5);
    bp_dataset_destroy(slice);
}

static void rows_for_the_trainer(void **state)
{
    bp_dataset *dataset = full(*state);
    bp_dataset *empty = new_dataset(*state);

    assert_bits_f32(bp_dataset_input_row(dataset, 2), numbers + 4, 2);
    assert_bits_f32(bp_dataset_target_row(dataset, 1), numbers + 2, 1);
    assert_int_equal(bp_dataset_label_at(dataset, 0), 2);
    assert_null(bp_dataset_input_row(empty, 0));
    assert_null(bp_dataset_target_row(empty, 0));
    assert_int_equal(bp_dataset_label_at(empty, 0), -1);
    bp_dataset_destroy(dataset);
    bp_dataset_destroy(empty);
}

typedef bp_status (*set_fn)(bp_dataset *dataset, const float *values, size_t rows,
                            size_t cols, size_t stride);

static void set_refuses_bad_arguments(void **state)
{
    static const set_fn set[4] = {bp_dataset_set_inputs, bp_dataset_set_inputs_borrow,
                                  bp_dataset_set_targets, bp_dataset_set_targets_borrow};
    const size_t huge = SIZE_MAX / 4 + 1;
    const float bad[6] = {1, 2, 3, NAN, INFINITY, -INFINITY};
    bp_dataset *dataset = new_dataset(*state);

    for (int i = 0; i < 4; i++) {
        const char *name = i < 2 ? "inputs" : "targets";

        assert_int_equal(set[i](NULL, numbers, 3, 2, 2), BP_EINVAL);
        assert_int_equal(set[i](dataset, NULL, 3, 2, 2), BP_EINVAL);
        assert_line(bp_dataset_error(dataset), name);
        assert_line(bp_dataset_error(dataset), " is NULL");
        assert_int_equal(set[i](dataset, numbers, 0, 2, 2), BP_EINVAL);
        assert_line(bp_dataset_error(dataset), "rows is 0, expected at least 1");
        assert_int_equal(set[i](dataset, numbers, 3, 0, 2), BP_EINVAL);
        assert_line(bp_dataset_error(dataset), "cols is 0, expected at least 1");
        assert_int_equal(set[i](dataset, numbers, 3, 2, 1), BP_EINVAL);
        assert_line(bp_dataset_error(dataset), "stride is 1, expected at least cols, 2");
        assert_int_equal(set[i](dataset, numbers, huge, 1, 1), BP_EINVAL);
        assert_int_equal(set[i](dataset, numbers, SIZE_MAX, 2, 2), BP_EINVAL);
        assert_line(bp_dataset_error(dataset), "expected as many as memory holds");
        assert_int_equal(set[i](dataset, bad, 3, 2, 2), BP_EDATA);
        assert_line(bp_dataset_error(dataset), name);
        assert_line(bp_dataset_error(dataset), "row 1, column 1 is nan");
        assert_int_equal(set[i](dataset, bad + 4, 1, 1, 1), BP_EDATA);
        assert_line(bp_dataset_error(dataset), " row 0, column 0 is inf");
        assert_int_equal(set[i](dataset, bad + 5, 1, 1, 1), BP_EDATA);
        assert_line(bp_dataset_error(dataset), "is -inf, expected a finite number");
        assert_int_equal(bp_dataset_rows(dataset), 0);
    }
    bp_dataset_destroy(dataset);
}

static void set_refuses_what_does_not_fit(void **state)
{
    bp_dataset *dataset = new_dataset(*state);

    assert_int_equal(bp_dataset_set_labels(dataset, classes, 3, 3), BP_OK);
    assert_int_equal(bp_dataset_set_inputs(dataset, numbers, 2, 2, 2), BP_ESHAPE);
    assert_line(bp_dataset_error(dataset), "rows of inputs is 2, expected 3");
    assert_int_equal(bp_dataset_set_targets(dataset, numbers, 6, 1, 1), BP_ESHAPE);
    assert_line(bp_dataset_error(dataset), "rows of targets is 6, expected 3");
    assert_int_equal(bp_dataset_set_inputs(dataset, numbers, 3, 2, 2), BP_OK);
    assert_int_equal(bp_dataset_set_inputs(dataset, numbers, 3, 2, 2), BP_ESTATE);
    assert_line(bp_dataset_error(dataset), "has inputs already");
    assert_int_equal(bp_dataset_set_inputs_borrow(dataset, numbers, 3, 2, 2), BP_ESTATE);
    assert_int_equal(bp_dataset_set_targets_borrow(dataset, numbers, 3, 2, 2), BP_OK);
    assert_int_equal(bp_dataset_set_targets(dataset, numbers, 3, 2, 2), BP_ESTATE);
    assert_int_equal(bp_dataset_set_labels(dataset, classes, 3, 3), BP_ESTATE);
    assert_line(bp_dataset_error(dataset), "has labels already");
    bp_dataset_destroy(dataset);
}

static void set_labels_refuses(void **state)
{
    const int32_t negative[2] = {0, -1};
    bp_dataset *dataset = new_dataset(*state);

    assert_int_equal(bp_dataset_set_labels(NULL, classes, 3, 3), BP_EINVAL);
    assert_int_equal(bp_dataset_set_labels(dataset, NULL, 3, 3), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "labels is NULL");
    assert_int_equal(bp_dataset_set_labels(dataset, classes, 0, 3), BP_EINVAL);
    assert_int_equal(bp_dataset_set_labels(dataset, classes, SIZE_MAX, 3), BP_EINVAL);
    assert_int_equal(bp_dataset_set_labels(dataset, classes, 3, 0), BP_EINVAL);
    assert_int_equal(bp_dataset_set_labels(dataset, classes, 3, 1000001), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "classes is 1000001, expected 1 to 1000000");
    assert_int_equal(bp_dataset_set_labels(dataset, classes, 3, 2), BP_EDATA);
    assert_line(bp_dataset_error(dataset), "labels[0] is 2, expected 0 to 1");
    assert_int_equal(bp_dataset_set_labels(dataset, negative, 2, 2), BP_EDATA);
    assert_line(bp_dataset_error(dataset), "labels[1] is -1, expected 0 to 1");
    assert_int_equal(bp_dataset_classes(dataset), 0);
    assert_int_equal(bp_dataset_set_labels(dataset, classes, 3, 1000000), BP_OK);
    bp_dataset_destroy(dataset);
}

static void get_checks_its_arguments(void **state)
{
    bp_dataset *dataset = full(*state);
    bp_dataset *empty = new_dataset(*state);
    float row[2] = {-7, -7};
    int32_t label = -7;

    assert_int_equal(bp_dataset_get_inputs(NULL, 0, row, 2), BP_EINVAL);
    assert_int_equal(bp_dataset_get_inputs(dataset, 0, NULL, 2), BP_EINVAL);
    assert_int_equal(bp_dataset_get_inputs(dataset, 3, row, 2), BP_EINVAL);
    assert_int_equal(bp_dataset_get_inputs(dataset, 0, row, 1), BP_ESHAPE);
    assert_int_equal(bp_dataset_get_inputs(dataset, 0, row, 3), BP_ESHAPE);
    assert_int_equal(bp_dataset_get_inputs(empty, 0, row, 2), BP_ESTATE);
    assert_int_equal(bp_dataset_get_targets(NULL, 0, row, 1), BP_EINVAL);
    assert_int_equal(bp_dataset_get_targets(dataset, 0, NULL, 1), BP_EINVAL);
    assert_int_equal(bp_dataset_get_targets(dataset, 3, row, 1), BP_EINVAL);
    assert_int_equal(bp_dataset_get_targets(dataset, 0, row, 2), BP_ESHAPE);
    assert_int_equal(bp_dataset_get_targets(empty, 0, row, 1), BP_ESTATE);
    assert_int_equal(bp_dataset_get_label(NULL, 0, &label), BP_EINVAL);
    assert_int_equal(bp_dataset_get_label(dataset, 0, NULL), BP_EINVAL);
    assert_int_equal(bp_dataset_get_label(dataset, 3, &label), BP_EINVAL);
    assert_int_equal(bp_dataset_get_label(empty, 0, &label), BP_ESTATE);
    assert_same_f32(row[0], -7.0f);
    assert_int_equal(label, -7);
    bp_dataset_destroy(dataset);
    bp_dataset_destroy(empty);
}

static void one_hot_marks_the_class(void **state)
{
    static const float expected[3][4] = {
        {0.1f, 0.1f, 0.9f, 0.1f}, {0.9f, 0.1f, 0.1f, 0.1f}, {0.1f, 0.9f, 0.1f, 0.1f}};
    bp_dataset *dataset = new_dataset(*state);

    assert_int_equal(bp_dataset_set_labels(dataset, classes, 3, 4), BP_OK);
    assert_int_equal(bp_dataset_one_hot(dataset, 0.1f, 0.9f), BP_OK);
    assert_int_equal(bp_dataset_outputs(dataset), 4);
    assert_int_equal(bp_dataset_classes(dataset), 4);
    for (size_t row = 0; row < 3; row++)
        assert_bits_f32(bp_dataset_target_row(dataset, row), expected[row], 4);
    bp_dataset_destroy(dataset);
}

static void an_input_becomes_one_a_category(void **state)
{
    static const float inputs[3][3] = {{1, 2, 5}, {3, 0, 6}, {4, 1.5f, 7}};
    static const float expected[2][5] = {{3, 1, 0, 0, 6}, {1, 0, 0, 1, 5}};
    static const char *const names[] = {"x", "i=0", "i=1", "i=2", "y"};
    bp_dataset *dataset = new_dataset(*state), *named = new_dataset(*state);
    bp_dataset *slice;

    assert_int_equal(bp_dataset_set_inputs(dataset, inputs[0], 3, 3, 3), BP_OK);
    assert_int_equal(bp_dataset_one_hot_input(dataset, 1, 3), BP_EDATA);
    assert_line(bp_dataset_error(dataset), "row 2, column 1 is 1.5");
    assert_int_equal(bp_dataset_slice(dataset, 0, 2, &slice), BP_OK);
    assert_int_equal(bp_dataset_one_hot_input(slice, 1, 3), BP_OK);
    assert_int_equal(bp_dataset_inputs(slice), 5);
    assert_bits_f32(bp_dataset_input_row(slice, 1), expected[0], 5);
    assert_bits_f32(bp_dataset_input_row(slice, 0), expected[1], 5);
    assert_int_equal(bp_dataset_inputs(dataset), 3);
    assert_null(bp_dataset_input_name(slice, 0));
    bp_dataset_destroy(slice);
    bp_dataset_destroy(dataset);

    assert_int_equal(bp_dataset_parse_csv(named, "x,i,y,k\n1,2,5,a\n", 16, NULL), BP_OK);
    assert_int_equal(bp_dataset_one_hot_input(named, 1, 3), BP_OK);
    assert_bits_f32(bp_dataset_input_row(named, 0), expected[1], 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(bp_dataset_input_name(named, i), names[i]);
    assert_null(bp_dataset_input_name(named, 5));
    bp_dataset_destroy(named);
}

static void one_hot_follows_the_order(void **state)
{
    bp_dataset *dataset = new_dataset(*state);
    bp_dataset *slice;

    assert_int_equal(bp_dataset_generate(dataset, BP_GENERATE_MOONS, 50, 0.1, 1), BP_OK);
    assert_int_equal(bp_dataset_shuffle(dataset, 3), BP_OK);
    assert_int_equal(bp_dataset_slice(dataset, 10, 30, &slice), BP_OK);
    assert_int_equal(bp_dataset_one_hot(slice, 0, 1), BP_OK);
    assert_int_equal(bp_dataset_shuffle(slice, 4), BP_OK);
    for (size_t row = 0; row < 30; row++) {
        const float *targets = bp_dataset_target_row(slice, row);

        assert_same_f32(targets[bp_dataset_label_at(slice, row)], 1.0f);
        assert_same_f32(targets[1 - bp_dataset_label_at(slice, row)], 0.0f);
    }
    assert_int_equal(bp_dataset_outputs(dataset), 0);
    bp_dataset_destroy(dataset);
    bp_dataset_destroy(slice);
}

static void one_hot_refuses(void **state)
{
    bp_dataset *dataset = new_dataset(*state);

    assert_int_equal(bp_dataset_one_hot(NULL, 0, 1), BP_EINVAL);
    assert_int_equal(bp_dataset_one_hot(dataset, NAN, 1), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "off is not finite");
    assert_int_equal(bp_dataset_one_hot(dataset, 0, INFINITY), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "on is not finite");
    assert_int_equal(bp_dataset_one_hot(dataset, 0, 1), BP_ESTATE);
    assert_line(bp_dataset_error(dataset), "has no labels");
    assert_int_equal(bp_dataset_set_labels(dataset, classes, 3, 3), BP_OK);
    assert_int_equal(bp_dataset_one_hot(dataset, 0, 1), BP_OK);
    assert_int_equal(bp_dataset_one_hot(dataset, 0, 1), BP_ESTATE);
    assert_line(bp_dataset_error(dataset), "has targets already");
    bp_dataset_destroy(dataset);
}

static void generate_has_the_same_bits(void **state)
{
    static const struct {
        int32_t kind;
        size_t rows;
        double noise;
        uint64_t digest;
    } cases[] = {
        {BP_GENERATE_MOONS, 1001, 0.1, 0xC6774A6493980B37},
        {BP_GENERATE_SPIRALS, 1001, 0.05, 0x7172E18CE7F0EAF2},
        {BP_GENERATE_MOONS, 2, 0.0, 0xF7C9862E50A9411C},
        {BP_GENERATE_SPIRALS, 3, 0.0, 0x17BB31FC23AC5AC5},
        {BP_GENERATE_SPIRALS, 10, 100.0, 0x9CAA821969323DF3},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bp_dataset *dataset = new_dataset(*state);

        assert_int_equal(bp_dataset_generate(dataset, cases[i].kind, cases[i].rows,
                                             cases[i].noise, 42),
                         BP_OK);
        assert_int_equal(bp_dataset_inputs(dataset), 2);
        assert_int_equal(bp_dataset_classes(dataset), 2);
        if (digest_dataset(dataset) != cases[i].digest)
            fail_msg("case %zu has digest 0x%016llX", i,
                     (unsigned long long)digest_dataset(dataset));
        for (size_t row = 0; row < cases[i].rows; row++)
            assert_int_equal(bp_dataset_label_at(dataset, row), row % 2);
        bp_dataset_destroy(dataset);
    }
}

/* Without noise the points lie on the curves. */
static void generate_draws_the_shapes(void **state)
{
    bp_dataset *dataset = new_dataset(*state);

    assert_int_equal(bp_dataset_generate(dataset, BP_GENERATE_MOONS, 100, 0, 1), BP_OK);
    for (size_t row = 0; row < 100; row++) {
        const float *x = bp_dataset_input_row(dataset, row);
        const double dx = row % 2 == 0 ? (double)x[0] : 1.0 - (double)x[0];
        const double dy = row % 2 == 0 ? (double)x[1] : 0.5 - (double)x[1];

        assert_close(dx * dx + dy * dy, 1.0, 1e-6, 0);
        assert_true(dy >= -1e-6);
    }
    bp_dataset_destroy(dataset);
    dataset = new_dataset(*state);
    assert_int_equal(bp_dataset_generate(dataset, BP_GENERATE_SPIRALS, 200, 0, 1), BP_OK);
    for (size_t row = 0; row < 200; row++) {
        const float *x = bp_dataset_input_row(dataset, row);
        const double t = (double)(row / 2 + 1) / 100.0;
        const double angle = 9.42477796076938 * t + 3.14159265358979 * (double)(row % 2);

        assert_close((double)x[0], t * cos(angle), 1e-6, 0);
        assert_close((double)x[1], t * sin(angle), 1e-6, 0);
    }
    bp_dataset_destroy(dataset);
}

static void generate_refuses(void **state)
{
    bp_dataset *dataset = new_dataset(*state);

    assert_int_equal(bp_dataset_generate(NULL, 1, 10, 0, 1), BP_EINVAL);
    assert_int_equal(bp_dataset_generate(dataset, 0, 10, 0, 1), BP_EINVAL);
    assert_int_equal(bp_dataset_generate(dataset, 3, 10, 0, 1), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "kind is 3, expected a BP_GENERATE_ value");
    assert_int_equal(bp_dataset_generate(dataset, 1, 1, 0, 1), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "rows is 1, expected at least 2");
    assert_int_equal(bp_dataset_generate(dataset, 1, 10, -0.1, 1), BP_EINVAL);
    assert_int_equal(bp_dataset_generate(dataset, 1, 10, NAN, 1), BP_EINVAL);
    assert_int_equal(bp_dataset_generate(dataset, 1, 10, 101, 1), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "noise is 101, expected 0 to 100");
    assert_int_equal(bp_dataset_generate(dataset, 1, SIZE_MAX, 0, 1), BP_ENOMEM);
    assert_int_equal(bp_dataset_generate(dataset, 1, 10, 0, 1), BP_OK);
    assert_int_equal(bp_dataset_generate(dataset, 1, 10, 0, 1), BP_ESTATE);
    assert_line(bp_dataset_error(dataset), "has 10 rows, expected an empty one");
    bp_dataset_destroy(dataset);
}

/* Every call that needs memory, with each allocation failing: BP_ENOMEM, nothing changed,
 * nothing lost; and the call works afterwards. */

static bp_status call_set_inputs(bp_dataset *dataset)
{
    return bp_dataset_set_inputs(dataset, numbers, 3, 2, 2);
}

static bp_status call_set_targets(bp_dataset *dataset)
{
    return bp_dataset_set_targets(dataset, numbers, 3, 2, 2);
}

static bp_status call_set_labels(bp_dataset *dataset)
{
    return bp_dataset_set_labels(dataset, classes, 3, 3);
}

static bp_status call_generate(bp_dataset *dataset)
{
    return bp_dataset_generate(dataset, BP_GENERATE_SPIRALS, 10, 0.1, 1);
}

static bp_status call_one_hot(bp_dataset *dataset)
{
    return bp_dataset_one_hot(dataset, 0, 1);
}

static bp_status fill_none(bp_dataset *dataset)
{
    (void)dataset;
    return BP_OK;
}

static void out_of_memory_changes_nothing(void **state)
{
    static const struct {
        bp_status (*fill)(bp_dataset *);
        bp_status (*call)(bp_dataset *);
    } cases[] = {{fill_none, call_set_inputs},
                 {call_set_inputs, call_set_targets},
                 {call_set_inputs, call_set_labels},
                 {fill_none, call_generate},
                 {call_generate, call_one_hot}};
    struct failing_env *env = *state;
    size_t sites = 0;

    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        bp_dataset *dataset = new_dataset(env);
        uint64_t digest;
        bp_status status = BP_ENOMEM;

        assert_int_equal(cases[i / 2].fill(dataset), BP_OK);
        digest = digest_dataset(dataset);
        for (size_t nth = 1; status != BP_OK; nth++, sites++) {
            const size_t live = env->live_count;

            failing_env_arm(env, nth, i % 2 == 1);
            status = cases[i / 2].call(dataset);
            if (status == BP_OK)
                break;
            assert_int_equal(status, BP_ENOMEM);
            assert_line(bp_dataset_error(dataset), "out of memory");
            assert_int_equal(env->live_count, live);
            assert_true(digest_dataset(dataset) == digest);
        }
        failing_env_arm(env, 0, false);
        assert_true(digest_dataset(dataset) != digest);
        bp_dataset_destroy(dataset);
    }
    assert_true(sites >= 12);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(create_checks_its_arguments),
        TEST(null_is_empty),
        TEST(set_copies),
        TEST(borrow_keeps_the_pointer),
        TEST(rows_for_the_trainer),
        TEST(set_refuses_bad_arguments),
        TEST(set_refuses_what_does_not_fit),
        TEST(set_labels_refuses),
        TEST(get_checks_its_arguments),
        TEST(one_hot_marks_the_class),
        TEST(an_input_becomes_one_a_category),
        TEST(one_hot_follows_the_order),
        TEST(one_hot_refuses),
        TEST(generate_has_the_same_bits),
        TEST(generate_draws_the_shapes),
        TEST(generate_refuses),
        TEST(out_of_memory_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0 ? 1 : 0;
}
