/* SPDX-License-Identifier: MIT */
/*
 * The host survives: every public function leaves the process as it was, prints nothing,
 * starts no thread, and does not touch errno when it succeeds. Training and predicting
 * allocate nothing once they run.
 */
#define _POSIX_C_SOURCE 200809L
#include "calls.h"
#include "host_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__unix__)
#include <unistd.h>
#endif

/* Seen before anything of the library was called, but after it was loaded. */
static size_t threads_at_start;

/* ThreadSanitizer has a thread of its own. */
#if defined(__SANITIZE_THREAD__)
enum {
    OWN_THREADS = 2
};
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
enum {
    OWN_THREADS = 2
};
#else
enum {
    OWN_THREADS = 1
};
#endif
#else
enum {
    OWN_THREADS = 1
};
#endif

static void run_call(const struct call *call)
{
    static struct world world;

    world_create(&world);
    ok(call->run(&world));
    world_destroy(&world);
}

static void test_calls_leave_host(void **state)
{
    struct host_state before;

    (void)state;
    for (size_t i = 0; i < call_count; ++i) {
        host_state_take(&before);
        run_call(&calls[i]);
        assert_host_unchanged(&before);
    }
}

/* The memory table does not touch errno when it succeeds, so nothing has reason to. */
static void test_calls_leave_errno(void **state)
{
    static struct world world;

    (void)state;
    for (size_t i = 0; i < call_count; ++i) {
        world_create(&world);
        errno = 12345;
        ok(calls[i].run(&world));
        if (errno != 12345)
            fail_msg("%s set errno to %d", calls[i].function, errno);
        world_destroy(&world);
    }
}

/* In a locale with a decimal comma numbers are read the same, and said the same. */
static void test_locale(void **state)
{
    static struct world world;
    float value = 0;

    (void)state;
    if (!host_decimal_comma())
        skip();
    world_create(&world);
    ok(bp_dataset_parse_csv(world.empty, world_csv, strlen(world_csv),
                            &world.csv_numbers));
    ok(bp_dataset_get_inputs(world.empty, 0, &value, 1));
    assert_status(bp_optimizer_set(world.sgd, BP_OPTIMIZER_RATE, -0.5), BP_EINVAL);
    assert_non_null(strstr(bp_optimizer_error(world.sgd), "-0.5"));
    world_destroy(&world);
    setlocale(LC_ALL, "C");
    assert_true(value == 1.5f);
}

/* The host's own random numbers go on as if the library were not there. */
static void test_rand(void **state)
{
    int expected[4];
    int actual[4];

    (void)state;
    srand(7);
    for (size_t i = 0; i < 4; ++i)
        expected[i] = rand();
    srand(7);
    for (size_t i = 0; i < 4; ++i) {
        actual[i] = rand();
        for (size_t c = i; c < call_count; c += 4)
            run_call(&calls[c]);
    }
    assert_memory_equal(actual, expected, sizeof expected);
}

static void test_no_thread(void **state)
{
    (void)state;
    if (threads_at_start == 0)
        skip();
    assert_in_range(threads_at_start, 1, OWN_THREADS);
    assert_int_equal(threads_at_start, host_threads());
}

#if defined(__unix__)

/* Bytes that came out on the two descriptors while all calls ran, and failures too. */
static long printed_while_calling(void)
{
    FILE *sink = tmpfile();
    const int out = dup(STDOUT_FILENO);
    const int err = dup(STDERR_FILENO);
    static struct world world;
    long bytes;

    assert_true(sink != NULL && out >= 0 && err >= 0);
    fflush(stdout);
    fflush(stderr);
    dup2(fileno(sink), STDOUT_FILENO);
    dup2(fileno(sink), STDERR_FILENO);
    for (size_t i = 0; i < call_count; ++i)
        run_call(&calls[i]);
    world_create(&world);
    (void)bp_network_build(world.net, 1);
    (void)bp_trainer_step(world.trainer, NULL, 1, NULL, 1, NULL);
    (void)bp_dataset_read_csv(world.empty, "no such file", NULL);
    world_destroy(&world);
    fflush(stdout);
    fflush(stderr);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    bytes = lseek(fileno(sink), 0, SEEK_END);
    fclose(sink);
    return bytes;
}

static void test_silence(void **state)
{
    (void)state;
    assert_int_equal(printed_while_calling(), 0);
}

#endif

/* ---- no allocation once training runs ---- */

static void count_none(struct world *w, const char *what)
{
    if (w->host.allocations != 0)
        fail_msg("%s: %zu allocations", what, w->host.allocations);
}

static void steps(struct world *w, size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        const size_t rows = i % WORLD_BATCH + 1;
        const size_t nx = rows * WORLD_INPUTS;
        const size_t ny = rows * WORLD_OUTPUTS;
        ok(bp_trainer_step(w->trainer, w->in.f, nx, w->in.targets, ny, NULL));
        ok(bp_trainer_step_f64(w->trainer64, w->in.d, nx, w->in.targets_f64, ny, NULL));
        ok(bp_trainer_step_labels(w->trainer, w->in.f, nx, w->in.labels, rows, NULL));
        ok(bp_trainer_gradient(w->trainer, w->in.f, nx, w->in.targets, ny, NULL));
        ok(bp_trainer_update(w->trainer));
        ok(bp_trainer_step_labels(w->trainer_own, w->in.f, nx, w->in.labels, rows, NULL));
    }
}

static void test_steps_allocate_nothing(void **state)
{
    static struct world world;
    struct world *w = &world;

    (void)state;
    world_create(w);
    steps(w, 1);
    failing_env_arm(&w->host, 0, false);
    steps(w, 12);
    count_none(w, "step");
    world_destroy(w);
}

static void test_epochs_allocate_nothing(void **state)
{
    static struct world world;
    struct world *w = &world;

    (void)state;
    world_create(w);
    ok(bp_trainer_epoch(w->trainer, w->data, NULL));
    ok(bp_trainer_fit(w->trainer64, w->labelled, 1, NULL, NULL));
    failing_env_arm(&w->host, 0, false);
    ok(bp_trainer_epoch(w->trainer, w->data, NULL));
    ok(bp_trainer_epoch(w->trainer, w->labelled, NULL));
    ok(bp_trainer_epoch(w->trainer, w->slice, NULL));
    ok(bp_trainer_fit(w->trainer, w->data, 3, NULL, NULL));
    ok(bp_trainer_fit(w->trainer64, w->data, 3, NULL, NULL));
    count_none(w, "epoch and fit");
    world_destroy(w);
}

/* A failing allocation must not matter either, once training runs. */
static void test_readers_allocate_nothing(void **state)
{
    static struct world world;
    struct world *w = &world;

    (void)state;
    world_create(w);
    failing_env_arm(&w->host, 1, true);
    for (size_t i = 0; i < 4; ++i) {
        ok(bp_network_predict(w->net, w->ws, w->in.f, 9, w->out.f, 6));
        ok(bp_network_predict_f64(w->net64, w->ws64, w->in.d, 9, w->out.d, 6));
        ok(bp_network_classify(w->net, w->ws, w->in.f, 9, w->out.i, 3));
        ok(bp_network_evaluate(w->net, w->ws, w->cost, w->data, &w->out.evaluation));
        ok(bp_network_evaluate(w->net_own, w->ws_own, w->cost_own, w->data,
                               &w->out.evaluation));
    }
    count_none(w, "predict and evaluate");
    failing_env_arm(&w->host, 0, false);
    world_destroy(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_thread),
        cmocka_unit_test(test_calls_leave_host),
        cmocka_unit_test(test_calls_leave_errno),
        cmocka_unit_test(test_locale),
        cmocka_unit_test(test_rand),
#if defined(__unix__)
        cmocka_unit_test(test_silence),
#endif
        cmocka_unit_test(test_steps_allocate_nothing),
        cmocka_unit_test(test_epochs_allocate_nothing),
        cmocka_unit_test(test_readers_allocate_nothing),
        cmocka_unit_test(test_no_thread),
    };

    threads_at_start = host_threads();
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
