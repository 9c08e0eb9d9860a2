/* SPDX-License-Identifier: MIT */
/*
 * The peak that speeds are held against: threads that do nothing but fused multiply-adds,
 * twelve independent chains each, in the widest vectors of an instruction set.
 */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

#include <stdint.h>

/** What is measured, and how often. */
struct bench_peak {
    int32_t isa;      /**< BP_ISA_AVX2 or BP_ISA_AVX512; nothing is known of others. */
    int bits;         /**< Of a number: 32 or 64. */
    unsigned threads; /**< At the same time, 1 to 256. */
    int runs;         /**< The best of so many counts, */
    double seconds;   /**< each at least so long. */
};

/** GFLOP/s of all threads together, 2 flops for each fused multiply-add of a lane; 0
 *  where it cannot be measured. */
double bench_peak(const struct bench_peak *what);

#endif
