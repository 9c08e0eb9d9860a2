/* SPDX-License-Identifier: MIT */
/* The clock of all that is timed here. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <time.h>

/** Seconds since any fixed moment, never going back. */
static inline double bench_now(void)
{
    struct timespec now;

#if defined(CLOCK_MONOTONIC)
    clock_gettime(CLOCK_MONOTONIC, &now);
#else
    timespec_get(&now, TIME_UTC);
#endif
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
