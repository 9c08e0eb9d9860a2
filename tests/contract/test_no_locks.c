/* SPDX-License-Identifier: MIT */
/*
 * A prediction asks the system for nothing: no memory, no lock, no thread. The functions
 * that would give them are counted where the library is linked (the linker's --wrap), so
 * that nothing goes past, whatever tables the host gave.
 */
#include "fixtures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#if defined(BP_TEST_WRAPPED)

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { MOST_INPUTS = 784, MOST_OUTPUTS = 10, ROWS = 33 };

static _Atomic size_t memory_calls, lock_calls, thread_calls;

/* WRAP(counter, answer, name, (parameters), (arguments)): count, and go on to the real
 * one. */
#define WRAP(counter, answer, name, parameters, arguments) \
    answer __real_##name parameters;                       \
    answer __wrap_##name parameters;                       \
    answer __wrap_##name parameters                        \
    {                                                      \
        atomic_fetch_add(&(counter), 1);                   \
        return __real_##name arguments;                    \
    }

WRAP(memory_calls, void *, malloc, (size_t size), (size))
WRAP(memory_calls, void *, calloc, (size_t count, size_t size), (count, size))
WRAP(memory_calls, void *, realloc, (void *at, size_t size), (at, size))
WRAP(memory_calls, void *, aligned_alloc, (size_t alignment, size_t size),
     (alignment, size))
WRAP(memory_calls, int, posix_memalign, (void **at, size_t alignment, size_t size),
     (at, alignment, size))
WRAP(memory_calls, int, madvise, (void *at, size_t size, int advice), (at, size, advice))
WRAP(lock_calls, int, pthread_mutex_lock, (pthread_mutex_t * lock), (lock))
WRAP(lock_calls, int, pthread_mutex_trylock, (pthread_mutex_t * lock), (lock))
WRAP(lock_calls, int, pthread_mutex_unlock, (pthread_mutex_t * lock), (lock))
WRAP(lock_calls, int, pthread_cond_signal, (pthread_cond_t * wake), (wake))
WRAP(lock_calls, int, pthread_cond_broadcast, (pthread_cond_t * wake), (wake))
WRAP(lock_calls, int, pthread_cond_wait, (pthread_cond_t * wake, pthread_mutex_t *lock),
     (wake, lock))
WRAP(thread_calls, int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *),
      void *data),
     (thread, attributes, run, data))

void __real_free(void *at);
void __wrap_free(void *at);
void __wrap_free(void *at)
{
    atomic_fetch_add(&memory_calls, 1);
    __real_free(at);
}

static void count_from_none(void)
{
    atomic_store(&memory_calls, 0);
    atomic_store(&lock_calls, 0);
    atomic_store(&thread_calls, 0);
}

static void assert_none(const char *what)
{
    const size_t memory = atomic_load(&memory_calls), locks = atomic_load(&lock_calls);
    const size_t threads = atomic_load(&thread_calls);

    if (memory + locks + threads != 0)
        fail_msg("%s: %zu calls for memory, %zu of locks, %zu for threads", what, memory,
                 locks, threads);
}

/* ---- a network, and all ways to ask it ---- */

struct asked {
    size_t widths[4];
    double threads; /* 0: the library chooses */
    size_t rows;
};

static float in_f32[ROWS * MOST_INPUTS], out_f32[ROWS * MOST_OUTPUTS];
static double in_f64[ROWS * MOST_INPUTS], out_f64[ROWS * MOST_OUTPUTS];
static int32_t classes[ROWS];

static void fill_inputs(void)
{
    for (size_t i = 0; i < ROWS * MOST_INPUTS; i++) {
        in_f32[i] = (float)(i * 7919 % 1009) / 1009;
        in_f64[i] = (double)in_f32[i];
    }
}

static bp_network *network_of(const struct asked *asked, int32_t precision)
{
    const struct net_recipe recipe = {
        NULL, asked->widths, 4, BP_ACTIVATION_GELU, BP_ACTIVATION_SOFTMAX, precision};
    bp_network *network = make_open_network(&recipe);

    if (asked->threads > 0)
        ok(bp_network_set(network, BP_NETWORK_THREADS, asked->threads));
    ok(bp_network_build(network, 5));
    return network;
}

static void ask(const struct asked *asked, const bp_network *network,
                bp_workspace *workspace)
{
    const size_t inputs = asked->rows * asked->widths[0];
    const size_t outputs = asked->rows * asked->widths[3];

    count_from_none();
    ok(bp_network_predict(network, workspace, in_f32, inputs, out_f32, outputs));
    assert_none("predict");
    ok(bp_network_predict_f64(network, workspace, in_f64, inputs, out_f64, outputs));
    assert_none("predict_f64");
    ok(bp_network_classify(network, workspace, in_f32, inputs, classes, asked->rows));
    assert_none("classify");
}

/* The very first prediction as well as the second. */
static void predictions_ask_for_nothing(void **state)
{
    static const struct asked cases[] = {
        {{4, 8, 5, 3}, 0, 1},          {{4, 8, 5, 3}, 0, ROWS},
        {{784, 512, 512, 10}, 0, 1},   {{784, 512, 512, 10}, 1, ROWS},
        {{784, 2048, 1024, 10}, 1, 1},
    };

    (void)state;
    fill_inputs();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
             precision++) {
            bp_network *network = network_of(&cases[i], precision);
            bp_workspace *workspace = NULL;

            ok(bp_workspace_create(network, cases[i].rows, &workspace));
            ask(&cases[i], network, workspace);
            ask(&cases[i], network, workspace);
            bp_workspace_destroy(workspace);
            bp_network_destroy(network);
        }
}

/* Threads that share the network do not wait for each other either. */
struct reader {
    const bp_network *network;
    bp_workspace *workspace;
    float outputs[3];
    bp_status status;
};

static void *read_many(void *data)
{
    struct reader *const reader = data;

    for (int i = 0; i < 1000 && reader->status == BP_OK; i++)
        reader->status = bp_network_predict(reader->network, reader->workspace, in_f32, 4,
                                            reader->outputs, 3);
    return NULL;
}

static void readers_share_without_locks(void **state)
{
    enum { READERS = 4 };
    static const struct asked small = {{4, 8, 5, 3}, 0, 1};
    bp_network *network = network_of(&small, BP_PRECISION_F32);
    struct reader readers[READERS] = {{0}};
    pthread_t threads[READERS];

    (void)state;
    fill_inputs();
    for (size_t i = 0; i < READERS; i++) {
        readers[i].network = network;
        ok(bp_workspace_create(network, 1, &readers[i].workspace));
    }
    count_from_none();
    for (size_t i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_many, &readers[i]), 0);
    for (size_t i = 0; i < READERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(atomic_load(&lock_calls), 0);
    assert_int_equal(atomic_load(&thread_calls), READERS);
    for (size_t i = 0; i < READERS; i++) {
        ok(readers[i].status);
        assert_memory_equal(readers[i].outputs, readers[0].outputs, sizeof(float) * 3);
        bp_workspace_destroy(readers[i].workspace);
    }
    bp_network_destroy(network);
}

/* A counter that sees nothing would prove nothing. */
static void what_is_asked_for_is_seen(void **state)
{
    static const struct asked shared = {{784, 512, 512, 10}, 2, ROWS};
    bp_network *network = network_of(&shared, BP_PRECISION_F32);
    bp_workspace *workspace = NULL;

    (void)state;
    fill_inputs();
    count_from_none();
    ok(bp_workspace_create(network, ROWS, &workspace));
    assert_true(atomic_load(&memory_calls) > 0);
    ok(bp_network_predict(network, workspace, in_f32, ROWS * 784, out_f32, ROWS * 10));
    assert_true(atomic_load(&thread_calls) == 1);
    bp_workspace_destroy(workspace);
    assert_true(atomic_load(&lock_calls) > 0);
    bp_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predictions_ask_for_nothing),
        cmocka_unit_test(readers_share_without_locks),
        cmocka_unit_test(what_is_asked_for_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}

#else

/* Another linker. */
int main(void)
{
    return 77;
}

#endif
