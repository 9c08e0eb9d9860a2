/* SPDX-License-Identifier: MIT */
/*
 * Random numbers by position.
 *
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as
 * 1, 2, 3", 2011) maps a 128-bit counter under a 64-bit key to 128 random bits. We take
 *
 *     key     = the seed
 *     counter = (stream, tensor, element)      32 + 32 + 64 bits
 *
 * so every number has an address, can be had in any order by any thread, and is the same
 * on every machine. One element gives one block of four words, and so one uniform or one
 * normal number; nothing is carried from one to the next but the position.
 */
#ifndef BP_RNG_H
#define BP_RNG_H

#include <stddef.h>
#include <stdint.h>

/** What numbers are for. Frozen: a new use gets a new number, none is ever reused. */
enum bp_rng_stream {
    BP_STREAM_INIT = 1,
    BP_STREAM_SHUFFLE = 2,
    BP_STREAM_SPLIT = 3,
    BP_STREAM_SAMPLE = 4,
    BP_STREAM_GENERATE = 5,
    BP_STREAM_DROPOUT = 6,
    BP_STREAM_NOISE = 7,
    BP_STREAM_USER = 8
};

/** A seed, a stream, a tensor of that stream (or epoch, or whatever the user counts by),
 *  and the position the sequential calls read next. Plain data: copy it, save it. */
struct bp_rng {
    uint64_t seed;
    uint32_t stream;
    uint32_t tensor;
    uint64_t element;
};

/** The block cipher itself: ten rounds. */
void bp_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* By position: `rng->element` plays no part, and nothing is written. */

/** Uniform in [0, 1), a multiple of 2^-53. */
double bp_rng_uniform_at(const struct bp_rng *rng, uint64_t element);

/** Uniform in [0, 1), a multiple of 2^-24. */
float bp_rng_uniform_f32_at(const struct bp_rng *rng, uint64_t element);

/** Normal with mean 0 and variance 1; |value| <= 8.58. */
double bp_rng_normal_at(const struct bp_rng *rng, uint64_t element);

/* In sequence: each number moves `rng->element` by one. */

/** 64 random bits. */
uint64_t bp_rng_next(struct bp_rng *rng);

/** Uniform in [0, bound), without bias; 0 if @p bound is 0. May take several elements. */
uint64_t bp_rng_below(struct bp_rng *rng, uint64_t bound);

/** Put @p values into an order in which each is equally likely. */
void bp_rng_shuffle(struct bp_rng *rng, size_t *values, size_t count);

#endif
