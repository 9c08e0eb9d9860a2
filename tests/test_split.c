/* SPDX-License-Identifier: MIT */
/* Shuffles, slices and splits: no row lost, none twice, parts in step, memory shared. */
#include "dataset_helpers.h"

#include "dataset.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum {
    ROWS_LIMIT = 4000
};

static int32_t label_of(size_t row, size_t classes)
{
    return (int32_t)((row * row + row / 3) % classes);
}

/* Row r has inputs (r, -r), target 2r, and a label that follows from r. */
static bp_dataset *numbered(struct failing_env *env, size_t rows, size_t classes)
{
    static float inputs[2 * ROWS_LIMIT];
    static float targets[ROWS_LIMIT];
    static int32_t labels[ROWS_LIMIT];
    bp_dataset *dataset = new_dataset(env);

    assert_true(rows <= ROWS_LIMIT);
    for (size_t row = 0; row < rows; row++) {
        inputs[2 * row] = (float)row;
        inputs[2 * row + 1] = -(float)row;
        targets[row] = 2.0f * (float)row;
        labels[row] = label_of(row, classes);
    }
    assert_int_equal(bp_dataset_set_inputs(dataset, inputs, rows, 2, 2), BP_OK);
    assert_int_equal(bp_dataset_set_targets(dataset, targets, rows, 1, 1), BP_OK);
    assert_int_equal(bp_dataset_set_labels(dataset, labels, rows, classes), BP_OK);
    return dataset;
}

/* Which row of the first data set this is; all its parts must say so. */
static size_t number_at(const bp_dataset *dataset, size_t row)
{
    const float *inputs = bp_dataset_input_row(dataset, row);
    const size_t number = (size_t)inputs[0];

    assert_same_f32(inputs[1], -inputs[0]);
    assert_same_f32(bp_dataset_target_row(dataset, row)[0], 2.0f * inputs[0]);
    assert_int_equal(bp_dataset_label_at(dataset, row),
                     label_of(number, bp_dataset_classes(dataset)));
    return number;
}

/* How often each row of the first data set is in this one. */
static void tally(const bp_dataset *dataset, unsigned char *times)
{
    for (size_t row = 0; row < bp_dataset_rows(dataset); row++)
        times[number_at(dataset, row)]++;
}

static void assert_partition(const bp_dataset *first, const bp_dataset *second,
                             size_t rows)
{
    unsigned char times[ROWS_LIMIT] = {0};

    tally(first, times);
    tally(second, times);
    for (size_t row = 0; row < rows; row++)
        assert_int_equal(times[row], 1);
}

static void shuffle_is_a_permutation(void **state)
{
    bp_dataset *dataset = numbered(*state, 1000, 3);
    bp_dataset *twin = numbered(*state, 1000, 3);
    bp_dataset *other = numbered(*state, 1000, 3);
    unsigned char times[ROWS_LIMIT] = {0};
    size_t still = 0;

    assert_int_equal(bp_dataset_shuffle(dataset, 5), BP_OK);
    assert_int_equal(bp_dataset_shuffle(twin, 5), BP_OK);
    assert_int_equal(bp_dataset_shuffle(other, 6), BP_OK);
    tally(dataset, times);
    for (size_t row = 0; row < 1000; row++) {
        assert_int_equal(times[row], 1);
        still += number_at(dataset, row) == row;
    }
    assert_true(still < 10);
    assert_true(digest_dataset(dataset) == digest_dataset(twin));
    assert_true(digest_dataset(dataset) != digest_dataset(other));
    assert_int_equal(bp_dataset_shuffle(NULL, 5), BP_EINVAL);
    bp_dataset_destroy(dataset);
    bp_dataset_destroy(twin);
    bp_dataset_destroy(other);
}

static void shuffle_of_nothing(void **state)
{
    bp_dataset *dataset = new_dataset(*state);

    assert_int_equal(bp_dataset_shuffle(dataset, 1), BP_OK);
    assert_int_equal(bp_dataset_rows(dataset), 0);
    bp_dataset_destroy(dataset);
}

static void slice_has_its_rows(void **state)
{
    bp_dataset *dataset = numbered(*state, 10, 2);
    bp_dataset *slice;
    bp_dataset *inner;

    assert_int_equal(bp_dataset_slice(dataset, 3, 5, &slice), BP_OK);
    assert_int_equal(bp_dataset_slice(slice, 1, 2, &inner), BP_OK);
    bp_dataset_destroy(dataset);
    assert_int_equal(bp_dataset_rows(slice), 5);
    assert_int_equal(bp_dataset_rows(inner), 2);
    for (size_t row = 0; row < 5; row++)
        assert_int_equal(number_at(slice, row), 3 + row);
    bp_dataset_destroy(slice);
    assert_int_equal(number_at(inner, 0), 4);
    assert_int_equal(number_at(inner, 1), 5);
    bp_dataset_destroy(inner);
}

static void slice_refuses(void **state)
{
    bp_dataset *dataset = numbered(*state, 10, 2);
    bp_dataset *untouched = (bp_dataset *)state;
    bp_dataset *slice = untouched;

    assert_int_equal(bp_dataset_slice(NULL, 0, 1, &slice), BP_EINVAL);
    assert_int_equal(bp_dataset_slice(dataset, 0, 1, NULL), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "slice is NULL");
    assert_int_equal(bp_dataset_slice(dataset, 0, 0, &slice), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "rows is 0, expected at least 1");
    assert_int_equal(bp_dataset_slice(dataset, 0, 11, &slice), BP_EINVAL);
    assert_int_equal(bp_dataset_slice(dataset, 10, 1, &slice), BP_EINVAL);
    assert_int_equal(bp_dataset_slice(dataset, SIZE_MAX, 2, &slice), BP_EINVAL);
    assert_int_equal(bp_dataset_slice(dataset, 2, SIZE_MAX, &slice), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "first is 2 and rows is");
    assert_line(bp_dataset_error(dataset), "expected both within 10 rows");
    assert_ptr_equal(slice, untouched);
    bp_dataset_destroy(dataset);
}

static void views_share_memory(void **state)
{
#if defined(__STDC_NO_ATOMICS__)
    (void)state;
    skip(); /* they are copies then */
#else
    struct failing_env *env = *state;
    bp_dataset *dataset = numbered(env, 4000, 2);
    bp_dataset *slice;
    bp_dataset *first;
    bp_dataset *second;
    const size_t before = env->live_bytes;

    assert_int_equal(bp_dataset_slice(dataset, 100, 3900, &slice), BP_OK);
    assert_true(env->live_bytes - before < 4096);
    assert_int_equal(
        bp_dataset_split(dataset, 0.2, BP_SPLIT_SHUFFLED, 1, &first, &second), BP_OK);
    /* The one order of both. */
    assert_true(env->live_bytes - before < 4000 * sizeof(size_t) + 8192);
    assert_ptr_equal(bp_dataset_input_row(slice, 7), bp_dataset_input_row(dataset, 107));
    bp_dataset_destroy(slice);
    bp_dataset_destroy(dataset);
    assert_partition(first, second, 4000);
    bp_dataset_destroy(first);
    bp_dataset_destroy(second);
#endif
}

static void ordered_split_cuts(void **state)
{
    bp_dataset *dataset = numbered(*state, 10, 2);
    bp_dataset *first;
    bp_dataset *second;

    assert_int_equal(bp_dataset_split(dataset, 0.3, BP_SPLIT_ORDERED, 9, &first, &second),
                     BP_OK);
    assert_int_equal(bp_dataset_rows(first), 7);
    assert_int_equal(bp_dataset_rows(second), 3);
    for (size_t row = 0; row < 10; row++)
        assert_int_equal(number_at(row < 7 ? first : second, row < 7 ? row : row - 7),
                         row);
    bp_dataset_destroy(dataset);
    bp_dataset_destroy(first);
    bp_dataset_destroy(second);
}

static void both_parts_get_a_row(void **state)
{
    static const struct {
        size_t rows;
        double fraction;
        size_t second;
    } cases[] = {
        {2, 0.001, 1},    {2, 0.999, 1},
        {3, 0.5, 2},      {10, 1e-300, 1},
        {10, 0.25, 3},    {10, 0.24, 2},
        {10, 0.96, 9},    {1797, 0.2, 359},
        {1000, 0.5, 500}, {7, 0.9999999999999999, 6},
    };

    for (size_t i = 0; i < 3 * sizeof cases / sizeof cases[0]; i++) {
        bp_dataset *dataset = numbered(*state, cases[i / 3].rows, 3);
        bp_dataset *first;
        bp_dataset *second;

        assert_int_equal(bp_dataset_split(dataset, cases[i / 3].fraction,
                                          (int32_t)(i % 3), 4, &first, &second),
                         BP_OK);
        assert_int_equal(bp_dataset_rows(second), cases[i / 3].second);
        assert_int_equal(bp_dataset_rows(first) + bp_dataset_rows(second),
                         cases[i / 3].rows);
        assert_partition(first, second, cases[i / 3].rows);
        bp_dataset_destroy(dataset);
        bp_dataset_destroy(first);
        bp_dataset_destroy(second);
    }
}

static void split_is_the_same_for_a_seed(void **state)
{
    static const uint64_t digests[2][2] = {{0x4022160BE63BDAB1, 0x268726C9CE885466},
                                           {0x21AABEC724A72BE4, 0x01860EF5B7A96F07}};

    for (int32_t method = BP_SPLIT_SHUFFLED; method <= BP_SPLIT_STRATIFIED; method++) {
        uint64_t other = 0;

        for (uint64_t seed = 42; seed < 44; seed++) {
            bp_dataset *dataset = numbered(*state, 300, 7);
            bp_dataset *part[2];

            assert_int_equal(
                bp_dataset_split(dataset, 0.2, method, seed, &part[0], &part[1]), BP_OK);
            assert_true(digest_dataset(part[1]) != other);
            other = digest_dataset(part[1]);
            for (int i = 0; i < 2 && seed == 42; i++)
                if (digest_dataset(part[i]) != digests[method - 1][i])
                    fail_msg("method %d, part %d has digest 0x%016llX", (int)method, i,
                             (unsigned long long)digest_dataset(part[i]));
            bp_dataset_destroy(dataset);
            bp_dataset_destroy(part[0]);
            bp_dataset_destroy(part[1]);
        }
    }
}

/* The largest remainder again, the slow way: each row that is left goes to the class that
 * lacks most. */
static void expected_quota(const size_t *counts, size_t classes, size_t rows,
                           size_t wanted, size_t *quota)
{
    size_t remainder[64];
    size_t left = wanted;

    for (size_t c = 0; c < classes; c++) {
        quota[c] = wanted * counts[c] / rows;
        remainder[c] = wanted * counts[c] % rows;
        left -= quota[c];
    }
    for (; left > 0; left--) {
        size_t most = 0;

        for (size_t c = 1; c < classes; c++)
            if (remainder[c] > remainder[most])
                most = c;
        quota[most]++;
        remainder[most] = 0;
    }
}

static void stratified_split_keeps_proportions(void **state)
{
    uint64_t random = 88172645463325252u;

    for (int trial = 0; trial < 500; trial++) {
        const size_t rows = 2 + test_below(&random, 300);
        const size_t classes = 1 + test_below(&random, 40);
        const double fraction = (double)(1 + test_below(&random, 998)) / 999.0;
        int32_t labels[512];
        size_t counts[64] = {0};
        size_t quota[64];
        size_t found[64] = {0};
        bp_dataset *dataset = new_dataset(*state);
        bp_dataset *first;
        bp_dataset *second;

        for (size_t row = 0; row < rows; row++) {
            labels[row] =
                (int32_t)(test_below(&random, classes) * test_below(&random, 2));
            counts[labels[row]]++;
        }
        assert_int_equal(bp_dataset_set_labels(dataset, labels, rows, classes), BP_OK);
        assert_int_equal(bp_dataset_split(dataset, fraction, BP_SPLIT_STRATIFIED,
                                          (uint64_t)trial, &first, &second),
                         BP_OK);
        expected_quota(counts, classes, rows, bp_dataset_rows(second), quota);
        for (size_t row = 0; row < bp_dataset_rows(second); row++)
            found[bp_dataset_label_at(second, row)]++;
        for (size_t c = 0; c < classes; c++)
            assert_int_equal(found[c], quota[c]);
        bp_dataset_destroy(dataset);
        bp_dataset_destroy(first);
        bp_dataset_destroy(second);
    }
}

static void split_refuses(void **state)
{
    static const double fractions[] = {0.0, 1.0, -0.5, 1.5, NAN, INFINITY};
    float one = 1.0f;
    bp_dataset *dataset = new_dataset(*state);
    bp_dataset *untouched = (bp_dataset *)state;
    bp_dataset *first = untouched;
    bp_dataset *second = untouched;

    assert_int_equal(bp_dataset_split(NULL, 0.5, 0, 1, &first, &second), BP_EINVAL);
    assert_int_equal(bp_dataset_split(dataset, 0.5, 0, 1, NULL, &second), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "first is NULL");
    assert_int_equal(bp_dataset_split(dataset, 0.5, 0, 1, &first, NULL), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "second is NULL");
    for (size_t i = 0; i < sizeof fractions / sizeof fractions[0]; i++) {
        assert_int_equal(bp_dataset_split(dataset, fractions[i], 0, 1, &first, &second),
                         BP_EINVAL);
        assert_line(bp_dataset_error(dataset), "expected above 0 and below 1");
    }
    assert_int_equal(bp_dataset_split(dataset, 0.5, 3, 1, &first, &second), BP_EINVAL);
    assert_int_equal(bp_dataset_split(dataset, 0.5, -1, 1, &first, &second), BP_EINVAL);
    assert_line(bp_dataset_error(dataset), "method is -1, expected a BP_SPLIT_ value");
    assert_int_equal(bp_dataset_split(dataset, 0.5, 0, 1, &first, &second), BP_ESTATE);
    assert_line(bp_dataset_error(dataset), "has 0 rows, expected at least 2");
    assert_int_equal(bp_dataset_set_inputs(dataset, &one, 1, 1, 1), BP_OK);
    assert_int_equal(bp_dataset_split(dataset, 0.5, 1, 1, &first, &second), BP_ESTATE);
    bp_dataset_destroy(dataset);
    dataset = new_dataset(*state);
    assert_int_equal(bp_dataset_set_inputs(dataset, (float[]){1, 2}, 2, 1, 1), BP_OK);
    assert_int_equal(bp_dataset_split(dataset, 0.5, 2, 1, &first, &second), BP_ESTATE);
    assert_line(bp_dataset_error(dataset), "has no labels");
    assert_ptr_equal(first, untouched);
    assert_ptr_equal(second, untouched);
    bp_dataset_destroy(dataset);
}

/* Operations at random on a heap of data sets; each must keep what its rows say, and the
 * others must stay as they are. */
static void orders_compose(void **state)
{
    enum {
        HEAP = 6
    };
    uint64_t random = 1181783497276652981u;
    bp_dataset *heap[HEAP];
    uint64_t digests[HEAP];

    for (int i = 0; i < HEAP; i++) {
        heap[i] = numbered(*state, 200, 5);
        digests[i] = digest_dataset(heap[i]);
    }
    for (int step = 0; step < 2000; step++) {
        const size_t at = test_below(&random, HEAP);
        const size_t other = (at + 1 + test_below(&random, HEAP - 1)) % HEAP;
        const size_t rows = bp_dataset_rows(heap[at]);
        const uint64_t seed = test_random(&random);
        bp_dataset *made[2] = {NULL, NULL};

        if (step % 3 == 0) {
            assert_int_equal(bp_dataset_shuffle(heap[at], seed), BP_OK);
        } else if (step % 3 == 1 && rows > 1) {
            assert_int_equal(bp_dataset_split(heap[at], 0.5, (int32_t)(seed % 3), seed,
                                              &made[0], &made[1]),
                             BP_OK);
        } else if (rows > 2) {
            assert_int_equal(bp_dataset_slice(heap[at], 1, rows - 2, &made[0]), BP_OK);
        } else {
            made[0] = numbered(*state, 200, 5);
        }
        for (int i = 0; i < 2; i++)
            if (made[i] != NULL) {
                const size_t place = i == 0 ? at : other;

                bp_dataset_destroy(heap[place]);
                heap[place] = made[i];
                digests[place] = digest_dataset(made[i]);
            }
        if (step % 3 == 0)
            digests[at] = digest_dataset(heap[at]);
        for (int i = 0; i < HEAP; i++) {
            assert_true(digest_dataset(heap[i]) == digests[i]);
            for (size_t row = 0; row < bp_dataset_rows(heap[i]); row++)
                (void)number_at(heap[i], row);
        }
    }
    for (int i = 0; i < HEAP; i++)
        bp_dataset_destroy(heap[i]);
}

/* Parts that were set at different times have different orders. */
static void parts_set_after_a_shuffle(void **state)
{
    bp_dataset *dataset = new_dataset(*state);
    bp_dataset *first;
    bp_dataset *second;
    float inputs[100];
    float targets[100];

    for (size_t row = 0; row < 100; row++)
        inputs[row] = (float)row;
    assert_int_equal(bp_dataset_set_inputs(dataset, inputs, 100, 1, 1), BP_OK);
    assert_int_equal(bp_dataset_shuffle(dataset, 1), BP_OK);
    for (size_t row = 0; row < 100; row++)
        targets[row] = 2.0f * bp_dataset_input_row(dataset, row)[0];
    assert_int_equal(bp_dataset_set_targets_borrow(dataset, targets, 100, 1, 1), BP_OK);
    assert_int_equal(bp_dataset_shuffle(dataset, 2), BP_OK);
    assert_int_equal(
        bp_dataset_split(dataset, 0.3, BP_SPLIT_SHUFFLED, 3, &first, &second), BP_OK);
    for (size_t row = 0; row < 100; row++) {
        const bp_dataset *part = row < 70 ? first : second;
        const size_t at = row < 70 ? row : row - 70;

        assert_same_f32(bp_dataset_target_row(part, at)[0],
                        2.0f * bp_dataset_input_row(part, at)[0]);
    }
    bp_dataset_destroy(dataset);
    bp_dataset_destroy(first);
    bp_dataset_destroy(second);
}

static bp_status make_slice(bp_dataset *dataset, bp_dataset **made)
{
    return bp_dataset_slice(dataset, 1, 5, &made[0]);
}

static bp_status make_ordered(bp_dataset *dataset, bp_dataset **made)
{
    return bp_dataset_split(dataset, 0.5, BP_SPLIT_ORDERED, 1, &made[0], &made[1]);
}

static bp_status make_stratified(bp_dataset *dataset, bp_dataset **made)
{
    return bp_dataset_split(dataset, 0.5, BP_SPLIT_STRATIFIED, 1, &made[0], &made[1]);
}

static bp_status make_shuffle(bp_dataset *dataset, bp_dataset **made)
{
    (void)made;
    return bp_dataset_shuffle(dataset, 7);
}

static void out_of_memory_changes_nothing(void **state)
{
    static bp_status (*const calls[])(bp_dataset *, bp_dataset **) = {
        make_slice, make_ordered, make_stratified, make_shuffle};
    struct failing_env *env = *state;
    size_t sites = 0;

    for (size_t i = 0; i < 2 * sizeof calls / sizeof calls[0]; i++) {
        bp_dataset *dataset = numbered(env, 20, 3);
        bp_dataset *made[2] = {NULL, NULL};
        bp_status status = BP_ENOMEM;

        /* So that an order is there to be composed, and another one for the targets. */
        assert_int_equal(bp_dataset_shuffle(dataset, 3), BP_OK);
        for (size_t nth = 1; status != BP_OK; nth++) {
            const uint64_t digest = digest_dataset(dataset);
            const size_t live = env->live_count;

            failing_env_arm(env, nth, i % 2 == 1);
            status = calls[i / 2](dataset, made);
            if (status == BP_OK)
                break;
            sites++;
            assert_int_equal(status, BP_ENOMEM);
            assert_line(bp_dataset_error(dataset), "out of memory");
            assert_null(made[0]);
            assert_null(made[1]);
            assert_int_equal(env->live_count, live);
            assert_true(digest_dataset(dataset) == digest);
        }
        failing_env_arm(env, 0, false);
        bp_dataset_destroy(made[0]);
        bp_dataset_destroy(made[1]);
        bp_dataset_destroy(dataset);
    }
    assert_true(sites >= 2 * (1 + 2 + 6 + 2));
}

/* Data sets are distinct objects though they share memory: threads may slice, scale and
 * destroy their own. */

enum {
    THREADS = 4,
    ROUNDS = 200
};

static void *work_on_own(void *argument)
{
    bp_dataset *own = argument;
    size_t failures = 0;

    for (uint64_t round = 0; round < ROUNDS; round++) {
        bp_dataset *part[2];

        if (bp_dataset_split(own, 0.3, BP_SPLIT_SHUFFLED, round, &part[0], &part[1]) !=
            BP_OK)
            return argument;
        failures += bp_dataset_one_hot(part[0], 0, 1) != BP_ESTATE;
        failures += bp_dataset_input_row(part[1], 0)[0] < 0;
        bp_dataset_destroy(round % 2 == 0 ? part[0] : part[1]);
        bp_dataset_destroy(round % 2 == 0 ? part[1] : part[0]);
    }
    bp_dataset_destroy(own);
    return failures == 0 ? NULL : argument;
}

static void threads_share_memory(void **state)
{
    bp_dataset *dataset = numbered(NULL, 100, 3);
    pthread_t thread[THREADS];
    bp_dataset *own[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(bp_dataset_slice(dataset, (size_t)i, 50, &own[i]), BP_OK);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, work_on_own, own[i]), 0);
    bp_dataset_destroy(dataset);
    for (int i = 0; i < THREADS; i++) {
        void *failed;

        assert_int_equal(pthread_join(thread[i], &failed), 0);
        assert_null(failed);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shuffle_is_a_permutation),
        TEST(shuffle_of_nothing),
        TEST(slice_has_its_rows),
        TEST(slice_refuses),
        TEST(views_share_memory),
        TEST(ordered_split_cuts),
        TEST(both_parts_get_a_row),
        TEST(split_is_the_same_for_a_seed),
        TEST(stratified_split_keeps_proportions),
        TEST(split_refuses),
        TEST(orders_compose),
        TEST(parts_set_after_a_shuffle),
        TEST(out_of_memory_changes_nothing),
        TEST(threads_share_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0 ? 1 : 0;
}
