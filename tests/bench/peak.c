/* SPDX-License-Identifier: MIT */
#include "peak.h"

#include "clock.h"

#include <backprop.h>

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__x86_64__) && defined(__GNUC__)

enum { CHAINS = 12, TURNS = 100000, THREADS = 256 };

#define CHAIN(kind, width, n) \
    "vfmadd231" kind " %%" width "14, %%" width "15, %%" width n "\n\t"

#define ALL_CHAINS(kind, width)                                                 \
    CHAIN(kind, width, "0")                                                     \
    CHAIN(kind, width, "1")                                                     \
    CHAIN(kind, width, "2")                                                     \
    CHAIN(kind, width, "3")                                                     \
    CHAIN(kind, width, "4") CHAIN(kind, width, "5") CHAIN(kind, width, "6")     \
        CHAIN(kind, width, "7") CHAIN(kind, width, "8") CHAIN(kind, width, "9") \
            CHAIN(kind, width, "10") CHAIN(kind, width, "11")

#define CHAIN_LOOP(name, kind, width)                                                    \
    static void name(void)                                                               \
    {                                                                                    \
        size_t turns = TURNS;                                                            \
                                                                                         \
        __asm__ volatile("vzeroall\n\t"                                                  \
                         "1:\n\t" ALL_CHAINS(kind, width) "dec %0\n\t"                   \
                                                          "jnz 1b\n\t"                   \
                                                          "vzeroupper"                   \
                         : "+r"(turns)                                                   \
                         :                                                               \
                         : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", \
                           "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",   \
                           "xmm14", "xmm15");                                            \
    }

CHAIN_LOOP(avx2_f32, "ps", "ymm")
CHAIN_LOOP(avx2_f64, "pd", "ymm")
CHAIN_LOOP(avx512_f32, "ps", "zmm")
CHAIN_LOOP(avx512_f64, "pd", "zmm")

struct runner {
    pthread_t thread;
    pthread_barrier_t *start;
    void (*loop)(void);
    double seconds; /* to run at least */
    double rate;    /* loops a second */
};

static void *run(void *work)
{
    struct runner *const r = work;
    size_t loops = 0;
    double begin, elapsed;

    pthread_barrier_wait(r->start);
    begin = bench_now();
    do {
        r->loop();
        loops++;
        elapsed = bench_now() - begin;
    } while (elapsed < r->seconds);
    r->rate = (double)loops / elapsed;
    return NULL;
}

static void must(int fault)
{
    if (fault == 0)
        return;
    fputs("the threads that measure the peak do not start\n", stderr);
    exit(EXIT_FAILURE);
}

/* Loops a second of all threads. */
static double run_once(const struct bench_peak *what, void (*loop)(void))
{
    struct runner runners[THREADS];
    pthread_barrier_t start;
    double rate;
    unsigned i;

    must(pthread_barrier_init(&start, NULL, what->threads));
    for (i = 1; i < what->threads; i++) {
        runners[i] =
            (struct runner){.start = &start, .loop = loop, .seconds = what->seconds};
        must(pthread_create(&runners[i].thread, NULL, run, &runners[i]));
    }
    runners[0] = (struct runner){.start = &start, .loop = loop, .seconds = what->seconds};
    run(&runners[0]);
    rate = runners[0].rate;
    for (i = 1; i < what->threads; i++) {
        pthread_join(runners[i].thread, NULL);
        rate += runners[i].rate;
    }
    pthread_barrier_destroy(&start);
    return rate;
}

double bench_peak(const struct bench_peak *what)
{
    const int wide = what->isa == BP_ISA_AVX512;
    void (*const loop)(void) = what->bits == 32 ? (wide ? avx512_f32 : avx2_f32)
                                                : (wide ? avx512_f64 : avx2_f64);
    const double flops = 2.0 * CHAINS * TURNS * (wide ? 512 : 256) / what->bits;
    double best = 0;
    int i;

    if ((!wide && what->isa != BP_ISA_AVX2) || what->threads < 1 ||
        what->threads > THREADS)
        return 0;
    for (i = 0; i < what->runs; i++) {
        const double rate = run_once(what, loop);

        best = rate > best ? rate : best;
    }
    return 1e-9 * flops * best;
}

#else

double bench_peak(const struct bench_peak *what)
{
    (void)what;
    return 0;
}

#endif
