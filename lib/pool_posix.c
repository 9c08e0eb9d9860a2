/* SPDX-License-Identifier: MIT */
/*
 * A team of POSIX threads.
 *
 * Pieces are given out by one word, the ticket: the number of the job, how many pieces it
 * has, and how many are taken. Adding 1 takes the next piece, and whoever added learns
 * from the same word of which job it is and whether there was one left. So a thread that
 * wakes late, or never, holds nobody up: the caller waits for pieces that are taken, not
 * for threads. While a piece is taken and not finished its job cannot end, and what
 * belongs to the job stays as it is.
 */
#if !defined(_WIN32)

#if defined(__linux__)
#define _GNU_SOURCE
#else
#define _POSIX_C_SOURCE 200809L
#endif

#include "pool_team.h"

#include <fenv.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)
#define PAUSE() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define PAUSE() __asm__ volatile("yield")
#else
#define PAUSE() ((void)0)
#endif

/* Looks before a thread goes to sleep: somewhat more than what lies between two pieces of
 * work of one training step, a millisecond at most. Who sleeps is woken through the
 * kernel, which on a virtual machine takes about as long as a whole small product. */
#define LOOKS 12000

/* The ticket: from low to high, pieces taken, pieces of the job, number of the job. */
#define FIELD_BITS 21
#define FIELD_MASK (((uint64_t)1 << FIELD_BITS) - 1)

struct bp_team {
    uint32_t workers;
    size_t size; /**< Of this structure with its threads. */
    pid_t owner; /**< The process whose threads they are; 0 before they are started. */
    uint32_t started;

    /* Each on a line of its own: all threads write to the first two. */
    _Alignas(BP_ALIGNMENT) _Atomic uint64_t ticket;
    _Alignas(BP_ALIGNMENT) _Atomic size_t finished; /**< Pieces of the job. */
    _Alignas(BP_ALIGNMENT) _Atomic uint32_t sleepers;
    _Atomic bool caller_sleeps, over;
    _Atomic(bp_chunk_fn) body; /**< Of the job. */
    _Atomic(void *) work;

    pthread_mutex_t lock;
    pthread_cond_t wake, done;
    pthread_t threads[];
};

const bool bp_team_possible = true;

static size_t pieces_of(uint64_t ticket)
{
    return (size_t)(ticket >> FIELD_BITS & FIELD_MASK);
}

static size_t taken_of(uint64_t ticket)
{
    return (size_t)(ticket & FIELD_MASK);
}

static bool is_open(uint64_t ticket)
{
    return taken_of(ticket) < pieces_of(ticket);
}

static void finish_piece(struct bp_team *team, size_t pieces)
{
    if (atomic_fetch_add(&team->finished, 1) + 1 < pieces ||
        !atomic_load(&team->caller_sleeps))
        return;
    pthread_mutex_lock(&team->lock);
    pthread_cond_signal(&team->done);
    pthread_mutex_unlock(&team->lock);
}

/* Take pieces while there are any. A look first: adding without need would let the count
 * of the taken run over. */
static void take_pieces(struct bp_team *team)
{
    while (is_open(atomic_load_explicit(&team->ticket, memory_order_relaxed))) {
        const uint64_t ticket = atomic_fetch_add(&team->ticket, 1);

        if (!is_open(ticket))
            return;
        atomic_load (&team->body)(atomic_load(&team->work), taken_of(ticket));
        finish_piece(team, pieces_of(ticket));
    }
}

static bool has_news(struct bp_team *team)
{
    return atomic_load(&team->over) || is_open(atomic_load(&team->ticket));
}

static void wait_for_news(struct bp_team *team)
{
    int i;

    for (i = 0; i < LOOKS; i++) {
        if (has_news(team))
            return;
        PAUSE();
    }
    pthread_mutex_lock(&team->lock);
    atomic_fetch_add(&team->sleepers, 1);
    while (!has_news(team))
        pthread_cond_wait(&team->wake, &team->lock);
    atomic_fetch_sub(&team->sleepers, 1);
    pthread_mutex_unlock(&team->lock);
}

/* The default rounding, whatever the thread that started this one had set. */
static void *serve(void *data)
{
    struct bp_team *const team = data;

    (void)fesetenv(FE_DFL_ENV);
    while (!atomic_load(&team->over)) {
        take_pieces(team);
        wait_for_news(team);
    }
    return NULL;
}

static void wake_all(struct bp_team *team)
{
    if (atomic_load(&team->sleepers) == 0)
        return;
    pthread_mutex_lock(&team->lock);
    pthread_cond_broadcast(&team->wake);
    pthread_mutex_unlock(&team->lock);
}

/* Until all pieces are finished that others have taken. */
static void wait_for_pieces(struct bp_team *team, size_t pieces)
{
    int i;

    for (i = 0; i < LOOKS; i++) {
        if (atomic_load(&team->finished) == pieces)
            return;
        PAUSE();
    }
    pthread_mutex_lock(&team->lock);
    atomic_store(&team->caller_sleeps, true);
    while (atomic_load(&team->finished) < pieces)
        pthread_cond_wait(&team->done, &team->lock);
    atomic_store(&team->caller_sleeps, false);
    pthread_mutex_unlock(&team->lock);
}

struct bp_team *bp_team_create(const struct bp_host *host, uint32_t workers)
{
    const size_t size = sizeof(struct bp_team) + workers * sizeof(pthread_t);
    struct bp_team *const team = bp_host_allocate(host, size);

    if (team == NULL)
        return NULL;
    team->workers = workers;
    team->size = size;
    return team;
}

static void start_threads(struct bp_team *team)
{
    sigset_t all, before;

    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return;
    while (team->started < team->workers &&
           pthread_create(&team->threads[team->started], NULL, serve, team) == 0)
        team->started++;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Threads of this process. What a parent process left, in whatever state, is forgotten:
 * its threads are not here. */
static void start(struct bp_team *team)
{
    team->started = 0;
    team->owner = getpid();
    atomic_init(&team->ticket, 0);
    atomic_init(&team->finished, 0);
    atomic_init(&team->sleepers, 0);
    atomic_init(&team->caller_sleeps, false);
    atomic_init(&team->over, false);
    if (pthread_mutex_init(&team->lock, NULL) == 0 &&
        pthread_cond_init(&team->wake, NULL) == 0 &&
        pthread_cond_init(&team->done, NULL) == 0)
        start_threads(team);
}

static void stop(struct bp_team *team)
{
    uint32_t i;

    pthread_mutex_lock(&team->lock);
    atomic_store(&team->over, true);
    pthread_cond_broadcast(&team->wake);
    pthread_mutex_unlock(&team->lock);
    for (i = 0; i < team->started; i++)
        (void)pthread_join(team->threads[i], NULL);
    (void)pthread_cond_destroy(&team->done);
    (void)pthread_cond_destroy(&team->wake);
    (void)pthread_mutex_destroy(&team->lock);
}

void bp_team_destroy(struct bp_team *team, const struct bp_host *host)
{
    if (team->started > 0 && team->owner == getpid())
        stop(team);
    bp_host_release(host, team, team->size);
}

bool bp_team_run(struct bp_team *team, size_t count, bp_chunk_fn body, void *work)
{
    const uint64_t job = (atomic_load(&team->ticket) >> 2 * FIELD_BITS) + 1;

    if (team->owner != getpid())
        start(team);
    if (team->started == 0)
        return false;
    atomic_store(&team->body, body);
    atomic_store(&team->work, work);
    atomic_store(&team->finished, 0);
    atomic_store(&team->ticket, job << 2 * FIELD_BITS | (uint64_t)count << FIELD_BITS);
    wake_all(team);
    take_pieces(team);
    wait_for_pieces(team, count);
    return true;
}

#if defined(__linux__)

uint32_t bp_team_processors(void)
{
    cpu_set_t set;
    int count = 1;

    if (sched_getaffinity(0, sizeof set, &set) == 0)
        count = CPU_COUNT(&set);
    return count < 1 ? 1 : count > BP_POOL_MOST ? BP_POOL_MOST : (uint32_t)count;
}

#else

uint32_t bp_team_processors(void)
{
    const long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count < 1 ? 1 : count > BP_POOL_MOST ? BP_POOL_MOST : (uint32_t)count;
}

#endif

#endif
