/* SPDX-License-Identifier: MIT */
/*
 * Tests of the test support: what must be refused is refused. A comparison that passes
 * everything, or an allocator that sees no leak, would make every other test worthless.
 */
#define _POSIX_C_SOURCE 200809L
#include "compare.h"
#include "failing_env.h"
#include "host_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fenv.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__unix__)
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

/* ---- comparisons ---- */

/* One row: both numbers, how, and whether they pass. */
struct pair {
    double actual, expected;
    struct comparison how;
    bool passes;
};

static const struct pair pairs_f64[] = {
    {1, 1, {COMPARE_BITS, 0, 0, 0}, true},
    {0.0, -0.0, {COMPARE_BITS, 0, 0, 0}, false},
    {1, 1 + DBL_EPSILON, {COMPARE_BITS, 0, 0, 0}, false},
    {NAN, 1, {COMPARE_BITS, 0, 0, 0}, false},
    {INFINITY, -INFINITY, {COMPARE_BITS, 0, 0, 0}, false},

    {0.0, -0.0, {COMPARE_ULP, 0, 0, 0}, true},
    {1, 1 + DBL_EPSILON, {COMPARE_ULP, 1, 0, 0}, true},
    {1, 1 + DBL_EPSILON, {COMPARE_ULP, 0, 0, 0}, false},
    {1, 1 + 4 * DBL_EPSILON, {COMPARE_ULP, 4, 0, 0}, true},
    {1, 1 + 5 * DBL_EPSILON, {COMPARE_ULP, 4, 0, 0}, false},
    {1 + 5 * DBL_EPSILON, 1, {COMPARE_ULP, 4, 0, 0}, false},
    {-1, -1 - 5 * DBL_EPSILON, {COMPARE_ULP, 4, 0, 0}, false},
    {1, -1, {COMPARE_ULP, 1000, 0, 0}, false},
    {NAN, NAN, {COMPARE_ULP, UINT64_MAX, 0, 0}, false},
    {NAN, 1, {COMPARE_ULP, UINT64_MAX, 0, 0}, false},
    {1, NAN, {COMPARE_ULP, UINT64_MAX, 0, 0}, false},
    {INFINITY, INFINITY, {COMPARE_ULP, 0, 0, 0}, true},
    {INFINITY, -INFINITY, {COMPARE_ULP, UINT64_MAX, 0, 0}, false},
    {INFINITY, DBL_MAX, {COMPARE_ULP, UINT64_MAX, 0, 0}, false},
    {DBL_MAX, INFINITY, {COMPARE_ULP, UINT64_MAX, 0, 0}, false},

    {1, 1.25, {COMPARE_WITHIN, 0, 0.25, 0}, true},
    {1, 1.25, {COMPARE_WITHIN, 0, 0.2499, 0}, false},
    {3, 4, {COMPARE_WITHIN, 0, 0, 0.25}, true},
    {3, 4, {COMPARE_WITHIN, 0, 0, 0.2499}, false},
    {5, 4, {COMPARE_WITHIN, 0, 0, 0.2499}, false},
    {-3, -4, {COMPARE_WITHIN, 0, 0, 0.2499}, false},
    {4, -4, {COMPARE_WITHIN, 0, 0, 1.9999}, false},
    {3, 4, {COMPARE_WITHIN, 0, 0.5, 0.125}, true},
    {3, 4, {COMPARE_WITHIN, 0, 0.49, 0.125}, false},
    {1e-30, 0, {COMPARE_WITHIN, 0, 0, 0.5}, false},
    {NAN, NAN, {COMPARE_WITHIN, 0, INFINITY, 0}, false},
    {NAN, 1, {COMPARE_WITHIN, 0, 1, 1}, false},
    {1, NAN, {COMPARE_WITHIN, 0, 1, 1}, false},
    {1, 1, {COMPARE_WITHIN, 0, 0, 0}, true},
    {1, 2, {COMPARE_WITHIN, 0, NAN, 0}, false},
    {INFINITY, INFINITY, {COMPARE_WITHIN, 0, 0, 0}, true},
    {INFINITY, -INFINITY, {COMPARE_WITHIN, 0, 1, 1}, false},
    {1, INFINITY, {COMPARE_WITHIN, 0, 1, 1}, false},
    {INFINITY, 1, {COMPARE_WITHIN, 0, INFINITY, 1}, false},
};

static void test_compare_f64(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs_f64 / sizeof pairs_f64[0]; ++i) {
        const struct pair *p = &pairs_f64[i];
        if (compare_f64(&p->actual, &p->expected, 1, &p->how, NULL) != p->passes)
            fail_msg("row %zu: %g against %g", i, p->actual, p->expected);
    }
}

/* The same rows in float, where they are exact and ask no ULP of double. */
static void test_compare_f32(void **state)
{
    const float one_up = nextafterf(1, 2);
    const float six_up = 1 + 6 * FLT_EPSILON;
    const float one = 1;
    const float huge = FLT_MAX;
    const float inf = INFINITY;
    const float nan = NAN;

    (void)state;
    for (size_t i = 0; i < sizeof pairs_f64 / sizeof pairs_f64[0]; ++i) {
        const struct pair *p = &pairs_f64[i];
        const float a = (float)p->actual;
        const float e = (float)p->expected;
        if (p->actual == p->expected || (double)a != p->actual ||
            (double)e != p->expected)
            continue;
        if (compare_f32(&a, &e, 1, &p->how, NULL) != p->passes)
            fail_msg("row %zu: %g against %g", i, (double)a, (double)e);
    }
    assert_true(compare_f32(&one_up, &one, 1, &HOW_ULP(1), NULL));
    assert_false(compare_f32(&one_up, &one, 1, &HOW_ULP(0), NULL));
    assert_false(compare_f32(&one_up, &one, 1, &HOW_BITS, NULL));
    assert_true(compare_f32(&six_up, &one, 1, &HOW_ULP(6), NULL));
    assert_false(compare_f32(&six_up, &one, 1, &HOW_ULP(5), NULL));
    assert_false(compare_f32(&nan, &one, 1, &HOW_ULP(UINT64_MAX), NULL));
    assert_false(compare_f32(&nan, &nan, 1, &HOW_ULP(UINT64_MAX), NULL));
    assert_false(compare_f32(&nan, &nan, 1, &HOW_WITHIN(1, 1), NULL));
    assert_false(compare_f32(&inf, &huge, 1, &HOW_ULP(UINT64_MAX), NULL));
    assert_false(compare_f32(&huge, &inf, 1, &HOW_WITHIN(1, 1), NULL));
}

static void test_ulp_distance(void **state)
{
    (void)state;
    assert_int_equal(ulp_distance_f32(0.0f, -0.0f), 0);
    assert_int_equal(ulp_distance_f32(-FLT_TRUE_MIN, FLT_TRUE_MIN), 2);
    assert_int_equal(ulp_distance_f32(1, nextafterf(1, 0)), 1);
    assert_true(ulp_distance_f32(-FLT_MAX, FLT_MAX) == 2 * (uint64_t)0x7F7FFFFF);
    assert_int_equal(ulp_distance_f64(-DBL_TRUE_MIN, DBL_TRUE_MIN), 2);
    assert_true(ulp_distance_f64(-DBL_MAX, DBL_MAX) == 2 * (uint64_t)0x7FEFFFFFFFFFFFFF);
    assert_true(ulp_distance_f64(NAN, NAN) == UINT64_MAX);
    assert_true(ulp_distance_f32(NAN, 0) == UINT64_MAX);
}

/* Every index is looked at, the first difference is told with both values and bound. */
static void test_mismatch(void **state)
{
    const double expected[4] = {1, 2, 3, 4};
    const float expected_f32[4] = {1, 2, 3, 4};
    struct mismatch mismatch;

    (void)state;
    for (size_t i = 0; i < 4; ++i) {
        double actual[4];
        float actual_f32[4];
        memcpy(actual, expected, sizeof actual);
        memcpy(actual_f32, expected_f32, sizeof actual_f32);
        actual[i] = -7;
        actual_f32[i] = NAN;
        assert_false(compare_f64(actual, expected, 4, &HOW_ULP(3), &mismatch));
        assert_int_equal(mismatch.index, i);
        assert_non_null(strstr(mismatch.text, "is -7 "));
        assert_non_null(strstr(mismatch.text, "at most 3 ULP"));
        assert_false(compare_f32(actual_f32, expected_f32, 4, &HOW_BITS, &mismatch));
        assert_int_equal(mismatch.index, i);
        assert_non_null(strstr(mismatch.text, "nan"));
    }
}

static void test_nothing_compared(void **state)
{
    struct mismatch mismatch;

    (void)state;
    assert_false(compare_f32(NULL, NULL, 0, &HOW_BITS, NULL));
    assert_false(compare_f64(NULL, NULL, 0, &HOW_BITS, &mismatch));
    assert_non_null(strstr(mismatch.text, "count is 0"));
}

/* ---- memory ---- */

struct heap {
    struct failing_env env;
    unsigned char *block;
};

static int heap_up(void **state)
{
    struct heap *heap = calloc(1, sizeof *heap);

    if (heap == NULL)
        return 1;
    failing_env_init(&heap->env);
    heap->block = heap->env.memory.allocate(10, 16, &heap->env);
    *state = heap;
    return heap->block == NULL;
}

static int heap_down(void **state)
{
    struct heap *heap = *state;

    failing_env_free(&heap->env);
    free(heap);
    return 0;
}

static void give_back(struct heap *heap, size_t size, size_t alignment)
{
    heap->env.memory.release(heap->block, size, alignment, &heap->env);
}

static void assert_fault(struct heap *heap, const char *text)
{
    char why[FAILING_ENV_TEXT + 64];

    assert_false(failing_env_clean(&heap->env, why, sizeof why));
    if (strstr(why, text) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", why, text);
}

static void test_heap_clean(void **state)
{
    struct heap *heap = *state;
    char why[FAILING_ENV_TEXT + 64];

    assert_int_equal((uintptr_t)heap->block % 16, 0);
    assert_int_equal(heap->env.live_count, 1);
    assert_int_equal(heap->env.live_bytes, 10);
    memset(heap->block, 0, 10);
    give_back(heap, 10, 16);
    assert_int_equal(heap->env.live_bytes, 0);
    assert_int_equal(heap->env.peak_bytes, 10);
    assert_true(failing_env_clean(&heap->env, why, sizeof why));
}

static void test_heap_leak(void **state)
{
    assert_fault(*state, "1 blocks of 10 bytes together are still live");
}

static void test_heap_write_after(void **state)
{
    struct heap *heap = *state;

    heap->block[10] ^= 1;
    give_back(heap, 10, 16);
    assert_fault(heap, "after a block of 10");
}

static void test_heap_write_before(void **state)
{
    struct heap *heap = *state;

    heap->block[-1] ^= 1;
    assert_false(failing_env_intact(&heap->env));
    give_back(heap, 10, 16);
    assert_fault(heap, "before a block of 10");
}

static void test_heap_wrong_size(void **state)
{
    give_back(*state, 9, 16);
    assert_fault(*state, "10 bytes was given back as 9");
}

static void test_heap_wrong_alignment(void **state)
{
    give_back(*state, 10, 8);
    assert_fault(*state, "aligned on 16 was given back as on 8");
}

static void test_heap_twice(void **state)
{
    give_back(*state, 10, 16);
    give_back(*state, 10, 16);
    assert_fault(*state, "not live");
}

static void test_heap_inside(void **state)
{
    struct heap *heap = *state;

    heap->env.memory.release(heap->block + 1, 9, 16, &heap->env);
    assert_fault(heap, "not live");
}

static void test_heap_null(void **state)
{
    struct heap *heap = *state;

    heap->env.memory.release(NULL, 0, 16, &heap->env);
    assert_fault(heap, "NULL");
}

static void test_heap_bad_requests(void **state)
{
    struct heap *heap = *state;

    assert_null(heap->env.memory.allocate(8, 48, &heap->env));
    assert_null(heap->env.memory.allocate(8, 128, &heap->env));
    assert_null(heap->env.memory.allocate(8, 0, &heap->env));
    assert_int_equal(heap->env.faults, 3);
    (void)heap->env.memory.allocate(0, 8, &heap->env);
    assert_int_equal(heap->env.faults, 4);
    assert_fault(heap, "alignment of 48");
}

static void test_heap_too_large(void **state)
{
    struct heap *heap = *state;

    assert_null(heap->env.memory.allocate(SIZE_MAX, 64, &heap->env));
    assert_null(heap->env.memory.allocate(heap->env.largest + 1, 64, &heap->env));
    assert_int_equal(heap->env.too_large, 2);
    assert_int_equal(heap->env.injected, 0);
}

/* Which of five allocations fail, as bits, the first the lowest. */
static unsigned failures(struct heap *heap, size_t nth, bool for_ever)
{
    unsigned bits = 0;

    failing_env_arm(&heap->env, nth, for_ever);
    for (unsigned i = 0; i < 5; ++i)
        if (heap->env.memory.allocate(1, 1, &heap->env) == NULL)
            bits |= 1u << i;
    return bits;
}

static void test_heap_injects(void **state)
{
    struct heap *heap = *state;

    assert_int_equal(failures(heap, 0, false), 0);
    assert_int_equal(failures(heap, 0, true), 0);
    assert_int_equal(heap->env.injected, 0);
    assert_int_equal(heap->env.allocations, 5);
    assert_int_equal(failures(heap, 1, false), 0x01);
    assert_int_equal(failures(heap, 3, false), 0x04);
    assert_int_equal(heap->env.injected, 1);
    assert_int_equal(failures(heap, 3, true), 0x1C);
    assert_int_equal(heap->env.injected, 3);
    assert_int_equal(failures(heap, 6, true), 0);
    assert_int_equal(heap->env.live_count, 1 + 5 + 5 + 4 + 4 + 2 + 5);
}

/* ---- files and clock ---- */

static void test_files(void **state)
{
    struct heap *heap = *state;
    struct failing_env *env = &heap->env;
    struct env_file *file = failing_env_add_file(env, "a", "hello", 5);
    char buffer[8];
    char why[FAILING_ENV_TEXT + 64];
    void *handle = NULL;
    uint64_t size = 0;
    size_t done = 9;

    give_back(heap, 10, 16);
    assert_int_not_equal(env->files.open("b", &handle, env), 0);
    assert_int_equal(env->files.open("a", &handle, env), 0);
    assert_fault(heap, "1 files are still open");
    assert_int_equal(env->files.size(handle, &size, env), 0);
    assert_true(size == 5);
    file->unknown_size = true;
    assert_int_equal(env->files.size(handle, &size, env), 0);
    assert_true(size == UINT64_MAX);
    file->chunk = 3;
    assert_int_equal(env->files.read(handle, buffer, 8, &done, env), 0);
    assert_int_equal(done, 3);
    assert_int_equal(env->files.read(handle, buffer + 3, 5, &done, env), 0);
    assert_int_equal(done, 2);
    assert_memory_equal(buffer, "hello", 5);
    assert_int_equal(env->files.read(handle, buffer, 8, &done, env), 0);
    assert_int_equal(done, 0);
    assert_int_equal(env->files.close(handle, env), 0);
    assert_int_equal(env->file_calls, 8);
    assert_true(failing_env_clean(env, why, sizeof why));
}

static void test_files_fail(void **state)
{
    struct heap *heap = *state;
    struct failing_env *env = &heap->env;
    struct env_file *file = failing_env_add_file(env, "a", "hello", 5);
    char buffer[8];
    void *handle = NULL;
    uint64_t size = 0;
    size_t done = 9;

    file->read_error = 5;
    file->read_error_at = 1;
    file->close_error = 6;
    file->size_error = 7;
    assert_int_equal(env->files.open("a", &handle, env), 0);
    assert_int_equal(env->files.size(handle, &size, env), 7);
    assert_int_equal(env->files.read(handle, buffer, 2, &done, env), 0);
    assert_int_equal(env->files.read(handle, buffer, 2, &done, env), 5);
    assert_int_equal(env->files.close(handle, env), 6);
    assert_int_equal(env->open_files, 0);
    file->open_error = 8;
    assert_int_equal(env->files.open("a", &handle, env), 8);
    file->open_error = 0;
    failing_env_arm_files(env, 2, 11);
    assert_int_equal(env->files.open("a", &handle, env), 0);
    assert_int_equal(env->files.read(handle, buffer, 2, &done, env), 11);
    assert_int_equal(env->files.close(handle, env), 6);
}

static void test_clock(void **state)
{
    struct heap *heap = *state;
    struct failing_env *env = &heap->env;

    env->now = 3;
    env->tick = 0.5;
    assert_true(env->clock.seconds(env) == 3);
    assert_true(env->clock.seconds(env) == 3.5);
    assert_int_equal(env->clock_calls, 2);
}

/* ---- the host's state ---- */

#if defined(__unix__)

static bool differs(const struct host_state *before, const char *text)
{
    struct host_state after;
    char why[2 * HOST_PATH + 64] = "";

    host_state_take(&after);
    return !host_state_same(before, &after, why, sizeof why) && strstr(why, text) != NULL;
}

static bool same(const struct host_state *before)
{
    return !differs(before, "");
}

static void test_host_float(void **state)
{
    struct host_state before;

    (void)state;
    host_state_take(&before);
    assert_true(same(&before));
    fesetround(FE_UPWARD);
    assert_true(differs(&before, "rounding mode"));
    fesetround(FE_TONEAREST);
    assert_true(same(&before));
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040u);
    assert_true(differs(&before, "floating-point control"));
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() & ~0x8040u);
    assert_true(same(&before));
#endif
}

static void test_host_process(void **state)
{
    struct host_state before;

    (void)state;
    host_state_take(&before);
    setlocale(LC_ALL, "C.UTF-8");
    assert_true(differs(&before, "locale"));
    setlocale(LC_ALL, "C");
    assert_int_equal(chdir("/"), 0);
    assert_true(differs(&before, "directory"));
    assert_int_equal(chdir(before.directory), 0);
    umask((mode_t)(before.file_mode_mask ^ 07));
    assert_true(differs(&before, "umask"));
    umask((mode_t)before.file_mode_mask);
    setenv("SUPPORT_TEST_VARIABLE", "1", 1);
    assert_true(differs(&before, "environment"));
    unsetenv("SUPPORT_TEST_VARIABLE");
    assert_true(same(&before));
}

static void test_host_handles(void **state)
{
    struct host_state before;
    sigset_t blocked;
    int file;

    (void)state;
    host_state_take(&before);
    file = open("/dev/null", O_RDONLY);
    assert_true(differs(&before, "file descriptor"));
    close(file);
    signal(SIGUSR1, SIG_IGN);
    assert_true(differs(&before, "handler of signal"));
    signal(SIGUSR1, SIG_DFL);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    assert_true(differs(&before, "signal mask"));
    sigprocmask(SIG_UNBLOCK, &blocked, NULL);
    assert_true(same(&before) || differs(&before, "handler of signal"));
}

static void *wait_for_lock(void *lock)
{
    pthread_mutex_lock(lock);
    pthread_mutex_unlock(lock);
    return NULL;
}

static void test_host_threads(void **state)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct host_state before;
    pthread_t thread;

    (void)state;
    host_state_take(&before);
    if (before.threads == 0)
        skip();
    pthread_mutex_lock(&lock);
    assert_int_equal(pthread_create(&thread, NULL, wait_for_lock, &lock), 0);
    assert_true(differs(&before, "number of threads"));
    pthread_mutex_unlock(&lock);
    pthread_join(thread, NULL);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare_f64),
        cmocka_unit_test(test_compare_f32),
        cmocka_unit_test(test_ulp_distance),
        cmocka_unit_test(test_mismatch),
        cmocka_unit_test(test_nothing_compared),
        cmocka_unit_test_setup_teardown(test_heap_clean, heap_up, heap_down),
        cmocka_unit_test_setup_teardown(test_heap_leak, heap_up, heap_down),
        cmocka_unit_test_setup_teardown(test_heap_write_after, heap_up, heap_down),
        cmocka_unit_test_setup_teardown(test_heap_write_before, heap_up, heap_down),
        cmocka_unit_test_setup_teardown(test_heap_wrong_size, heap_up, heap_down),
        cmocka_unit_test_setup_teardown(test_heap_wrong_alignment, heap_up, heap_down),
        cmocka_unit_test_setup_teardown(test_heap_twice, heap_up, heap_down),
        cmocka_unit_test_setup_teardown(test_heap_inside, heap_up, heap_down),
        cmocka_unit_test_setup_teardown(test_heap_null, heap_up, heap_down),
        cmocka_unit_test_setup_teardown(test_heap_bad_requests, heap_up, heap_down),
        cmocka_unit_test_setup_teardown(test_heap_too_large, heap_up, heap_down),
        cmocka_unit_test_setup_teardown(test_heap_injects, heap_up, heap_down),
        cmocka_unit_test_setup_teardown(test_files, heap_up, heap_down),
        cmocka_unit_test_setup_teardown(test_files_fail, heap_up, heap_down),
        cmocka_unit_test_setup_teardown(test_clock, heap_up, heap_down),
#if defined(__unix__)
        cmocka_unit_test(test_host_float),
        cmocka_unit_test(test_host_process),
        cmocka_unit_test(test_host_handles),
        cmocka_unit_test(test_host_threads),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
