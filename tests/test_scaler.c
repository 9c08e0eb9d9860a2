/* SPDX-License-Identifier: MIT */
/* Scaling: the numbers, and that what is shared or borrowed stays as it is. */
#include "dataset_helpers.h"

#include "dataset.h"

#include <math.h>
#include <stdlib.h>

/* Columns: mean 3, deviation 2; constant; from -2 to 6. */
static const float values[4][3] = {
    {1, 0.1f, -2}, {1, 0.1f, 6}, {5, 0.1f, 0}, {5, 0.1f, 2}};

static bp_dataset *table(struct failing_env *env)
{
    bp_dataset *dataset = new_dataset(env);

    assert_int_equal(bp_dataset_set_inputs(dataset, values[0], 4, 3, 3), BP_OK);
    return dataset;
}

static bp_scaler *scaler_of(struct failing_env *env, int32_t kind)
{
    bp_scaler *scaler = NULL;

    assert_int_equal(bp_scaler_create(kind, &env->env, &scaler), BP_OK);
    return scaler;
}

static void assert_column(const bp_scaler *scaler, size_t col, double offset,
                          double scale)
{
    double found[2];

    assert_int_equal(bp_scaler_get(scaler, col, &found[0], &found[1]), BP_OK);
    assert_same_f64(found[0], offset);
    assert_close(found[1], scale, 0, 1e-15);
}

static void standard(void **state)
{
    bp_dataset *dataset = table(*state);
    bp_scaler *scaler = scaler_of(*state, BP_SCALING_STANDARD);
    const float expected[3] = {-1.0f, 0.0f, (float)(-3.5 / sqrt(8.75))};

    assert_int_equal(bp_scaler_fit(scaler, dataset), BP_OK);
    assert_column(scaler, 0, 3, 0.5);
    assert_column(scaler, 1, (double)0.1f, 1);
    assert_column(scaler, 2, 1.5, 1 / sqrt(8.75));
    assert_int_equal(bp_scaler_apply(scaler, dataset), BP_OK);
    assert_bits_f32(bp_dataset_input_row(dataset, 0), expected, 3);
    bp_scaler_destroy(scaler);
    bp_dataset_destroy(dataset);
}

static void min_max(void **state)
{
    bp_dataset *dataset = table(*state);
    bp_scaler *scaler = scaler_of(*state, BP_SCALING_MIN_MAX);
    const float expected[4][3] = {{0, 0, 0}, {0, 0, 1}, {1, 0, 0.25f}, {1, 0, 0.5f}};

    assert_int_equal(bp_scaler_fit(scaler, dataset), BP_OK);
    assert_column(scaler, 0, 1, 0.25);
    assert_column(scaler, 1, (double)0.1f, 1);
    assert_column(scaler, 2, -2, 0.125);
    assert_int_equal(bp_scaler_apply(scaler, dataset), BP_OK);
    for (size_t row = 0; row < 4; row++)
        assert_bits_f32(bp_dataset_input_row(dataset, row), expected[row], 3);
    bp_scaler_destroy(scaler);
    bp_dataset_destroy(dataset);
}

static void constant_columns(void **state)
{
    float ones[1000];
    const float other = 0.5f;
    bp_dataset *dataset = new_dataset(*state);
    bp_scaler *scaler = scaler_of(*state, BP_SCALING_STANDARD);
    float row = other;

    for (size_t i = 0; i < 1000; i++)
        ones[i] = 0.1f;
    assert_int_equal(bp_dataset_set_inputs(dataset, ones, 1000, 1, 1), BP_OK);
    assert_int_equal(bp_scaler_fit(scaler, dataset), BP_OK);
    assert_column(scaler, 0, (double)0.1f, 1);
    assert_int_equal(bp_scaler_apply(scaler, dataset), BP_OK);
    assert_same_f32(bp_dataset_input_row(dataset, 999)[0], 0.0f);
    assert_int_equal(bp_scaler_transform(scaler, &row, 1), BP_OK);
    assert_same_f32(row, (float)(0.5 - (double)0.1f));
    bp_scaler_destroy(scaler);
    bp_dataset_destroy(dataset);
}

static void many_rows_get_mean_0_and_deviation_1(void **state)
{
    bp_dataset *dataset = new_dataset(*state);
    bp_scaler *scaler = scaler_of(*state, BP_SCALING_STANDARD);
    double sum[2] = {0};
    double squares[2] = {0};

    assert_int_equal(bp_dataset_generate(dataset, BP_GENERATE_MOONS, 5000, 0.3, 1),
                     BP_OK);
    assert_int_equal(bp_scaler_fit(scaler, dataset), BP_OK);
    assert_int_equal(bp_scaler_apply(scaler, dataset), BP_OK);
    for (size_t i = 0; i < 10000; i++) {
        const double x = (double)bp_dataset_input_row(dataset, i / 2)[i % 2];

        sum[i % 2] += x;
        squares[i % 2] += x * x;
    }
    for (size_t col = 0; col < 2; col++) {
        assert_absolute(sum[col] / 5000, 0, 1e-8);
        assert_close(squares[col] / 5000, 1, 0, 1e-7);
    }
    bp_scaler_destroy(scaler);
    bp_dataset_destroy(dataset);
}

/* Values whose squares would overflow float, and the smallest there are. */
static void extreme_values(void **state)
{
    const float wide[4] = {-3e38f, 1e-45f, 3e38f, 3e-45f};
    bp_dataset *dataset = new_dataset(*state);

    assert_int_equal(bp_dataset_set_inputs_borrow(dataset, wide, 2, 2, 2), BP_OK);
    for (int32_t kind = BP_SCALING_STANDARD; kind <= BP_SCALING_MIN_MAX; kind++) {
        bp_scaler *scaler = scaler_of(*state, kind);
        float row[2] = {wide[2], wide[3]};

        assert_int_equal(bp_scaler_fit(scaler, dataset), BP_OK);
        assert_int_equal(bp_scaler_transform(scaler, row, 2), BP_OK);
        assert_bits_f32(row, ((float[]){1, 1}), 2);
        bp_scaler_destroy(scaler);
    }
    bp_dataset_destroy(dataset);
}

/* Shared and borrowed memory is copied first; its own is scaled where it lies. */
static void others_stay_as_they_are(void **state)
{
    struct failing_env *env = *state;
    bp_dataset *dataset = table(env);
    bp_scaler *scaler = scaler_of(env, BP_SCALING_MIN_MAX);
    bp_dataset *first;
    bp_dataset *second;
    bp_dataset *slice;
    float borrowed[4][3];
    uint64_t digest[3];

    memcpy(borrowed, values, sizeof values);
    assert_int_equal(bp_scaler_fit(scaler, dataset), BP_OK);
    assert_int_equal(
        bp_dataset_split(dataset, 0.5, BP_SPLIT_SHUFFLED, 1, &first, &second), BP_OK);
    assert_int_equal(bp_dataset_slice(second, 0, 1, &slice), BP_OK);
    digest[0] = digest_dataset(dataset);
    digest[1] = digest_dataset(second);
    digest[2] = digest_dataset(slice);
    assert_int_equal(bp_scaler_apply(scaler, first), BP_OK);
    assert_true(digest_dataset(dataset) == digest[0]);
    assert_true(digest_dataset(second) == digest[1]);
    assert_true(digest_dataset(slice) == digest[2]);
    assert_true(bp_dataset_input_row(first, 0)[2] <= 1.0f);

    /* Now only the slice holds the memory, through its order: no copy. */
    bp_dataset_destroy(dataset);
    bp_dataset_destroy(second);
    {
        const float *row = bp_dataset_input_row(slice, 0);
        const float before = row[2];
        const size_t allocations = env->allocations;

        assert_int_equal(bp_scaler_apply(scaler, slice), BP_OK);
        assert_int_equal(env->allocations, allocations);
        assert_ptr_equal(bp_dataset_input_row(slice, 0), row);
        assert_same_f32(row[2], (before + 2) * 0.125f);
    }
    bp_dataset_destroy(slice);
    bp_dataset_destroy(first);

    dataset = new_dataset(env);
    assert_int_equal(bp_dataset_set_inputs_borrow(dataset, borrowed[0], 4, 3, 3), BP_OK);
    assert_int_equal(bp_scaler_apply(scaler, dataset), BP_OK);
    assert_bits_f32(borrowed[0], values[0], 12);
    assert_same_f32(bp_dataset_input_row(dataset, 1)[2], 1.0f);
    bp_dataset_destroy(dataset);
    bp_scaler_destroy(scaler);
}

/* Apply to a data set that was shuffled: the labels keep to their rows. */
static void rows_stay_with_their_labels(void **state)
{
    bp_dataset *dataset = new_dataset(*state);
    bp_scaler *scaler = scaler_of(*state, BP_SCALING_STANDARD);
    bp_dataset *first;
    bp_dataset *second;
    float rows[100];
    int32_t labels[100];

    for (int32_t i = 0; i < 100; i++) {
        rows[i] = (float)i;
        labels[i] = i;
    }
    assert_int_equal(bp_dataset_set_inputs(dataset, rows, 100, 1, 1), BP_OK);
    assert_int_equal(bp_dataset_set_labels(dataset, labels, 100, 100), BP_OK);
    assert_int_equal(bp_scaler_fit(scaler, dataset), BP_OK);
    assert_int_equal(
        bp_dataset_split(dataset, 0.2, BP_SPLIT_SHUFFLED, 1, &first, &second), BP_OK);
    assert_int_equal(bp_scaler_apply(scaler, first), BP_OK);
    assert_int_equal(bp_dataset_shuffle(first, 2), BP_OK);
    for (size_t row = 0; row < 80; row++) {
        float expected = (float)bp_dataset_label_at(first, row);

        assert_int_equal(bp_scaler_transform(scaler, &expected, 1), BP_OK);
        assert_same_f32(bp_dataset_input_row(first, row)[0], expected);
    }
    bp_dataset_destroy(dataset);
    bp_dataset_destroy(first);
    bp_dataset_destroy(second);
    bp_scaler_destroy(scaler);
}

static void transform_equals_apply(void **state)
{
    bp_dataset *dataset = table(*state);
    bp_scaler *scaler = scaler_of(*state, BP_SCALING_STANDARD);
    float rows[4][3];

    memcpy(rows, values, sizeof rows);
    assert_int_equal(bp_scaler_fit(scaler, dataset), BP_OK);
    assert_int_equal(bp_scaler_transform(scaler, rows[0], 12), BP_OK);
    assert_int_equal(bp_scaler_apply(scaler, dataset), BP_OK);
    for (size_t row = 0; row < 4; row++)
        assert_bits_f32(bp_dataset_input_row(dataset, row), rows[row], 3);
    bp_scaler_destroy(scaler);
    bp_dataset_destroy(dataset);
}

static void a_second_fit_replaces_the_first(void **state)
{
    const float other[2] = {10, 20};
    bp_dataset *dataset = table(*state);
    bp_dataset *narrow = new_dataset(*state);
    bp_scaler *scaler = scaler_of(*state, BP_SCALING_MIN_MAX);
    double offset;
    double scale;

    assert_int_equal(bp_dataset_set_inputs(narrow, other, 2, 1, 1), BP_OK);
    assert_int_equal(bp_scaler_fit(scaler, dataset), BP_OK);
    assert_int_equal(bp_scaler_fit(scaler, narrow), BP_OK);
    assert_column(scaler, 0, 10, 0.1);
    assert_int_equal(bp_scaler_get(scaler, 1, &offset, &scale), BP_EINVAL);
    bp_scaler_destroy(scaler);
    bp_dataset_destroy(dataset);
    bp_dataset_destroy(narrow);
}

static void arguments_are_checked(void **state)
{
    struct failing_env *env = *state;
    bp_dataset *dataset = table(env);
    bp_dataset *empty = new_dataset(env);
    bp_scaler *scaler = (bp_scaler *)state;
    bp_env wrong = {0};
    float row[6] = {1, 2, 3, 4, 5, 6};
    double offset = 7;
    double scale = 7;

    assert_int_equal(bp_scaler_create(0, &env->env, &scaler), BP_EINVAL);
    assert_int_equal(bp_scaler_create(3, &env->env, &scaler), BP_EINVAL);
    assert_int_equal(bp_scaler_create(1, &env->env, NULL), BP_EINVAL);
    assert_int_equal(bp_scaler_create(1, &wrong, &scaler), BP_EINVAL);
    assert_ptr_equal(scaler, state);
    bp_scaler_destroy(NULL);
    assert_string_equal(bp_scaler_error(NULL), "");
    scaler = scaler_of(env, BP_SCALING_STANDARD);
    assert_string_equal(bp_scaler_error(scaler), "");

    assert_int_equal(bp_scaler_fit(NULL, dataset), BP_EINVAL);
    assert_int_equal(bp_scaler_fit(scaler, NULL), BP_EINVAL);
    assert_line(bp_scaler_error(scaler), "data is NULL");
    assert_int_equal(bp_scaler_fit(scaler, empty), BP_ESTATE);
    assert_line(bp_scaler_error(scaler), "has no inputs");
    assert_int_equal(bp_scaler_apply(scaler, dataset), BP_ESTATE);
    assert_line(bp_scaler_error(scaler), "not fitted yet");
    assert_int_equal(bp_scaler_transform(scaler, row, 3), BP_ESTATE);
    assert_int_equal(bp_scaler_get(scaler, 0, &offset, &scale), BP_ESTATE);
    assert_int_equal(bp_scaler_fit(scaler, dataset), BP_OK);

    assert_int_equal(bp_scaler_apply(NULL, dataset), BP_EINVAL);
    assert_int_equal(bp_scaler_apply(scaler, NULL), BP_EINVAL);
    assert_line(bp_scaler_error(scaler), "data is NULL");
    assert_int_equal(bp_scaler_apply(scaler, empty), BP_ESHAPE);
    assert_line(bp_scaler_error(scaler), "has 0 inputs, expected 3 as in the fit");
    assert_int_equal(bp_dataset_set_inputs(empty, values[0], 3, 4, 4), BP_OK);
    assert_int_equal(bp_scaler_apply(scaler, empty), BP_ESHAPE);
    assert_line(bp_scaler_error(scaler), "has 4 inputs, expected 3 as in the fit");
    assert_int_equal(bp_scaler_transform(NULL, row, 3), BP_EINVAL);
    assert_int_equal(bp_scaler_transform(scaler, NULL, 3), BP_EINVAL);
    assert_int_equal(bp_scaler_transform(scaler, row, 0), BP_ESHAPE);
    assert_int_equal(bp_scaler_transform(scaler, row, 4), BP_ESHAPE);
    assert_int_equal(bp_scaler_get(NULL, 0, &offset, &scale), BP_EINVAL);
    assert_int_equal(bp_scaler_get(scaler, 0, NULL, &scale), BP_EINVAL);
    assert_int_equal(bp_scaler_get(scaler, 0, &offset, NULL), BP_EINVAL);
    assert_int_equal(bp_scaler_get(scaler, 3, &offset, &scale), BP_EINVAL);
    assert_same_f64(offset + scale, 14.0);
    bp_scaler_destroy(scaler);
    bp_dataset_destroy(dataset);
    bp_dataset_destroy(empty);
}

/* A result beyond float: refused before anything is written. */
static void overflow_changes_nothing(void **state)
{
    const float small[2] = {0, 1e-10f};
    float large[3] = {1, 2, 3e38f};
    bp_dataset *dataset = new_dataset(*state);
    bp_dataset *other = new_dataset(*state);
    bp_scaler *scaler = scaler_of(*state, BP_SCALING_MIN_MAX);
    uint64_t digest;
    float bad[2] = {1, NAN};

    assert_int_equal(bp_dataset_set_inputs(dataset, small, 2, 1, 1), BP_OK);
    assert_int_equal(bp_dataset_set_inputs(other, large, 3, 1, 1), BP_OK);
    digest = digest_dataset(other);
    assert_int_equal(bp_scaler_fit(scaler, dataset), BP_OK);
    assert_int_equal(bp_scaler_apply(scaler, other), BP_EDATA);
    assert_line(bp_scaler_error(scaler),
                "row 2, column 0 is beyond float when it is scaled");
    assert_true(digest_dataset(other) == digest);
    assert_int_equal(bp_scaler_transform(scaler, large, 3), BP_EDATA);
    assert_same_f32(large[0], 1.0f);
    assert_int_equal(bp_scaler_transform(scaler, bad, 2), BP_EDATA);
    assert_same_f32(bad[0], 1.0f);
    bp_scaler_destroy(scaler);
    bp_dataset_destroy(dataset);
    bp_dataset_destroy(other);
}

static void out_of_memory_changes_nothing(void **state)
{
    struct failing_env *env = *state;
    bp_dataset *dataset = table(env);
    bp_dataset *slice; /* so that the inputs are shared, and must be copied */
    bp_scaler *scaler = NULL;
    bp_status status = BP_ENOMEM;
    double offset;
    double scale;

    assert_int_equal(bp_dataset_slice(dataset, 0, 3, &slice), BP_OK);
    failing_env_arm(env, 1, false);
    assert_int_equal(bp_scaler_create(BP_SCALING_MIN_MAX, &env->env, &scaler), BP_ENOMEM);
    assert_null(scaler);
    failing_env_arm(env, 0, false);
    scaler = scaler_of(env, BP_SCALING_MIN_MAX);
    for (size_t nth = 1; nth <= 2; nth++) {
        failing_env_arm(env, nth, nth == 1);
        assert_int_equal(bp_scaler_fit(scaler, dataset), BP_ENOMEM);
        assert_line(bp_scaler_error(scaler), "out of memory");
        assert_int_equal(bp_scaler_get(scaler, 0, &offset, &scale), BP_ESTATE);
    }
    failing_env_arm(env, 0, false);
    assert_int_equal(bp_scaler_fit(scaler, dataset), BP_OK);
    for (size_t nth = 1; status != BP_OK; nth++) {
        const uint64_t digest = digest_dataset(slice);

        failing_env_arm(env, nth, false);
        status = bp_scaler_apply(scaler, slice);
        if (status == BP_OK)
            break;
        assert_int_equal(status, BP_ENOMEM);
        assert_true(digest_dataset(slice) == digest);
    }
#if !defined(__STDC_NO_ATOMICS__)
    assert_int_equal(env->allocations, 1);
#endif
    failing_env_arm(env, 0, false);
    bp_scaler_destroy(scaler);
    bp_dataset_destroy(slice);
    bp_dataset_destroy(dataset);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(standard),
        TEST(min_max),
        TEST(constant_columns),
        TEST(many_rows_get_mean_0_and_deviation_1),
        TEST(extreme_values),
        TEST(others_stay_as_they_are),
        TEST(rows_stay_with_their_labels),
        TEST(transform_equals_apply),
        TEST(a_second_fit_replaces_the_first),
        TEST(arguments_are_checked),
        TEST(overflow_changes_nothing),
        TEST(out_of_memory_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0 ? 1 : 0;
}
