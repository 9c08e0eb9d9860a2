/* SPDX-License-Identifier: MIT */
/* Every chunk is done exactly once, on any number of threads, also in a child process. */
#include "unit_helpers.h"

#include "pool_team.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNKS = 1000, ROUNDS = 300, CHILDREN = 1000 };

static struct bp_host host;

static struct bp_pool pool_of(uint32_t threads)
{
    struct bp_pool pool;

    ok(bp_pool_create(&pool, &host, threads));
    return pool;
}

/* Chunks write to places of their own, so the counts need no lock. */
static void count_chunk(void *work, size_t chunk)
{
    ++((unsigned *)work)[chunk];
}

static bool each_once(struct bp_pool *pool, size_t count)
{
    static unsigned done[CHUNKS + 1];

    memset(done, 0, sizeof done);
    bp_parallel_for(pool, count, count_chunk, done);
    for (size_t i = 0; i <= CHUNKS; i++)
        if (done[i] != (i < count))
            return false;
    return true;
}

static void every_chunk_once(void **state)
{
    static const size_t counts[] = {0, 1, 2, 3, 7, 64, CHUNKS};
    static const uint32_t threads[] = {1, 2, 3, 7, 64};

    (void)state;
    for (size_t t = 0; t < COUNT(threads); t++) {
        struct bp_pool pool = pool_of(threads[t]);

        for (size_t round = 0; round < ROUNDS; round++)
            assert_true(each_once(&pool, counts[round % COUNT(counts)]));
        bp_pool_release(&pool);
    }
}

/* More chunks than a ticket has room for. */
static void add_chunk(void *work, size_t chunk)
{
    if (chunk % 4096 == 1)
        atomic_fetch_add((_Atomic size_t *)work, chunk);
}

static void more_chunks_than_pieces(void **state)
{
    const size_t count = (size_t)3 * BP_TEAM_PIECES + 7;
    struct bp_pool pool = pool_of(3);
    _Atomic size_t sum;
    size_t expected = 0;

    (void)state;
    for (size_t i = 1; i < count; i += 4096)
        expected += i;
    atomic_init(&sum, 0);
    bp_parallel_for(&pool, count, add_chunk, &sum);
    assert_true(atomic_load(&sum) == expected);
    bp_pool_release(&pool);
}

/* The work goes to more than one thread, and those take no signals. */
struct meeting {
    _Atomic uint32_t present;
    _Atomic bool met, signals;
    pthread_t caller;
};

static void meet(void *work, size_t chunk)
{
    struct meeting *const meeting = work;
    sigset_t blocked;

    (void)chunk;
    if (atomic_fetch_add(&meeting->present, 1) == 1)
        atomic_store(&meeting->met, true);
    if (!pthread_equal(pthread_self(), meeting->caller)) {
        (void)pthread_sigmask(SIG_SETMASK, NULL, &blocked);
        atomic_store(&meeting->signals, !sigismember(&blocked, SIGTERM));
    }
    for (int i = 0; i < 1000 && !atomic_load(&meeting->met); i++)
        (void)usleep(1000);
}

static void threads_share_and_take_no_signals(void **state)
{
    struct bp_pool pool = pool_of(2);
    struct meeting meeting = {.caller = pthread_self()};

    (void)state;
    bp_parallel_for(&pool, 2, meet, &meeting);
    assert_true(atomic_load(&meeting.met));
    assert_false(atomic_load(&meeting.signals));
    bp_pool_release(&pool);
}

/* Threads that fell asleep are woken. */
static void sleepers_wake(void **state)
{
    struct bp_pool pool = pool_of(3);

    (void)state;
    for (int round = 0; round < 5; round++) {
        assert_true(each_once(&pool, CHUNKS));
        (void)usleep(20000);
    }
    bp_pool_release(&pool);
}

/* qemu-aarch64 (7.2) aborts itself, not the program, where threads meet forks. */
static bool emulator_aborts(void)
{
    const char *const machine = getenv("BP_TEST_MACHINE");

    return machine != NULL && strcmp(machine, "arm64") == 0;
}

/* A child has threads of its own, or none; it may also just release. */
static void children_go_on(void **state)
{
    struct bp_pool pool;

    (void)state;
#if defined(__SANITIZE_THREAD__)
    skip(); /* its runtime dies when a child starts threads */
#endif
    if (emulator_aborts())
        skip();
    pool = pool_of(3);
    for (int i = 0; i < CHILDREN; i++) {
        int status = -1;
        pid_t child;

        assert_true(each_once(&pool, CHUNKS));
        child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            const bool good = i % 3 == 0 || each_once(&pool, CHUNKS);

            bp_pool_release(&pool);
            _exit(good ? 0 : 1);
        }
        assert_true(waitpid(child, &status, 0) == child);
        assert_int_equal(status, 0);
    }
    assert_true(each_once(&pool, CHUNKS));
    bp_pool_release(&pool);
}

/* The host's own threads in place of ours. */
static int32_t lend(size_t count, bp_piece_fn body, void *work, void *user)
{
    int32_t *const answer = user;

    for (size_t i = count; *answer == 0 && i-- > 0;)
        body(work, i);
    return (*answer)++;
}

static void the_host_lends_or_refuses(void **state)
{
    int32_t answer = 0;
    struct bp_host lender = host;
    struct bp_pool pool;

    (void)state;
    lender.parallel = (struct bp_parallel){sizeof lender.parallel, lend, &answer};
    ok(bp_pool_create(&pool, &lender, 4));
    assert_null(pool.team);
    assert_true(each_once(&pool, CHUNKS));
    assert_true(each_once(&pool, CHUNKS));
    assert_int_equal(answer, 2);
    bp_pool_release(&pool);
}

static void as_many_threads_as_help(void **state)
{
    const uint32_t most = bp_pool_threads(1e15);

    (void)state;
    assert_int_equal(bp_pool_threads(0), 1);
    assert_int_equal(bp_pool_threads(5e6), 1);
    assert_in_range(most, 1, BP_POOL_MOST);
    assert_int_equal(most, bp_team_processors());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_chunk_once),
        cmocka_unit_test(more_chunks_than_pieces),
        cmocka_unit_test(threads_share_and_take_no_signals),
        cmocka_unit_test(sleepers_wake),
        cmocka_unit_test(children_go_on),
        cmocka_unit_test(the_host_lends_or_refuses),
        cmocka_unit_test(as_many_threads_as_help),
    };

    ok(bp_host_init(&host, NULL));
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
