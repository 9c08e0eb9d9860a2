/* SPDX-License-Identifier: MIT */
/* A thread lives as long as its work: starting one costs some ten microseconds, a window
 * of rows some milliseconds. It takes no signals and rounds as by default. */
#if !defined(_WIN32)
#define _POSIX_C_SOURCE 200809L
#endif

#include "pool_aside.h"

#include "pool_team.h"

#if !defined(_WIN32)

#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

struct bp_aside {
    void (*body)(void *work);
    void *work;
    pthread_t thread;
    pid_t owner; /* The process whose thread it is. */
    bool under_way;
};

struct bp_aside *bp_aside_create(const struct bp_host *host)
{
    return bp_team_possible ? bp_host_allocate(host, sizeof(struct bp_aside)) : NULL;
}

void bp_aside_destroy(struct bp_aside *aside, const struct bp_host *host)
{
    if (aside == NULL)
        return;
    (void)bp_aside_wait(aside);
    bp_host_release(host, aside, sizeof *aside);
}

static void *serve(void *data)
{
    const struct bp_aside *aside = data;

    (void)fesetenv(FE_DFL_ENV);
    aside->body(aside->work);
    return NULL;
}

bool bp_aside_begin(struct bp_aside *aside, void (*body)(void *work), void *work)
{
    sigset_t all, before;

    aside->body = body;
    aside->work = work;
    aside->owner = getpid();
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return false;
    aside->under_way = pthread_create(&aside->thread, NULL, serve, aside) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return aside->under_way;
}

enum bp_aside_end bp_aside_wait(struct bp_aside *aside)
{
    if (!aside->under_way)
        return BP_ASIDE_NONE;
    aside->under_way = false;
    if (aside->owner != getpid())
        return BP_ASIDE_LOST;
    (void)pthread_join(aside->thread, NULL);
    return BP_ASIDE_DONE;
}

#else

struct bp_aside *bp_aside_create(const struct bp_host *host)
{
    (void)host;
    return NULL;
}

void bp_aside_destroy(struct bp_aside *aside, const struct bp_host *host)
{
    (void)aside;
    (void)host;
}

bool bp_aside_begin(struct bp_aside *aside, void (*body)(void *work), void *work)
{
    (void)aside;
    (void)body;
    (void)work;
    return false;
}

enum bp_aside_end bp_aside_wait(struct bp_aside *aside)
{
    (void)aside;
    return BP_ASIDE_NONE;
}

#endif
