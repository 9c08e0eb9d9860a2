/* SPDX-License-Identifier: MIT */
/*
 * Philox4x32-10 on sixteen counters at a time; the cipher itself is told in lib/rng.h.
 * A template; see kernel.h.
 *
 * Counter n + b, for b from 0 to 15, gives the four words out[b], out[16 + b],
 * out[32 + b] and out[48 + b]: words of one kind lie together, as vectors want them. They
 * are integers, so every form of this has the same bits.
 */
#ifndef BP_KERNEL_PHILOX_H
#define BP_KERNEL_PHILOX_H

#define PHILOX_COUNTERS 16
#define PHILOX_WORDS    64

#define PHILOX_ROUNDS       10
#define PHILOX_MULTIPLIER_0 0xD2511F53u
#define PHILOX_MULTIPLIER_1 0xCD9E8D57u
#define PHILOX_WEYL_0       0x9E3779B9u
#define PHILOX_WEYL_1       0xBB67AE85u

#if KERNEL_X86

#define PHILOX_VECS 2 /* of four counters each: as many as the registers bear */

/* Words of a counter in the lower halves of 64 bits; what lies above is not looked at. */
struct philox_state {
    __m256i at[4][PHILOX_VECS];
};

KERNEL_INLINE void philox_round(struct philox_state *s, __m256i key_0, __m256i key_1)
{
    const __m256i m_0 = _mm256_set1_epi64x((int64_t)PHILOX_MULTIPLIER_0);
    const __m256i m_1 = _mm256_set1_epi64x((int64_t)PHILOX_MULTIPLIER_1);
    size_t v;

    KERNEL_UNROLL
    for (v = 0; v < PHILOX_VECS; v++) {
        const __m256i a = _mm256_mul_epu32(s->at[0][v], m_0);
        const __m256i b = _mm256_mul_epu32(s->at[2][v], m_1);
        const __m256i a_mixed = _mm256_xor_si256(_mm256_srli_epi64(a, 32), s->at[3][v]);
        const __m256i b_mixed = _mm256_xor_si256(_mm256_srli_epi64(b, 32), s->at[1][v]);

        s->at[0][v] = _mm256_xor_si256(b_mixed, key_0);
        s->at[1][v] = b;
        s->at[2][v] = _mm256_xor_si256(a_mixed, key_1);
        s->at[3][v] = a;
    }
}

KERNEL_INLINE struct philox_state philox_begin(const struct bp_counter *counter,
                                               uint32_t first)
{
    const __m256i steps = _mm256_set_epi64x(3, 2, 1, 0);
    struct philox_state s;
    size_t v;

    KERNEL_UNROLL
    for (v = 0; v < PHILOX_VECS; v++) {
        const int64_t n = (int64_t)(uint32_t)(first + 4 * v);

        s.at[0][v] = _mm256_set1_epi64x((int64_t)counter->word[0]);
        s.at[1][v] = _mm256_set1_epi64x((int64_t)counter->word[1]);
        s.at[2][v] = _mm256_add_epi64(_mm256_set1_epi64x(n), steps);
        s.at[3][v] = _mm256_set1_epi64x((int64_t)counter->word[3]);
    }
    return s;
}

/* The lower halves of eight words side by side. */
KERNEL_INLINE __m256i philox_pack(__m256i low, __m256i high)
{
    const __m256 pairs =
        _mm256_shuffle_ps(_mm256_castsi256_ps(low), _mm256_castsi256_ps(high), 0x88);

    return _mm256_permute4x64_epi64(_mm256_castps_si256(pairs), 0xD8);
}

static void philox_eight(const struct bp_counter *counter, uint32_t first, uint32_t *out)
{
    struct philox_state s = philox_begin(counter, first);
    uint32_t key_0 = counter->key[0], key_1 = counter->key[1];
    size_t i;

    KERNEL_UNROLL
    for (i = 0; i < PHILOX_ROUNDS; i++) {
        philox_round(&s, _mm256_set1_epi64x((int64_t)key_0),
                     _mm256_set1_epi64x((int64_t)key_1));
        key_0 += PHILOX_WEYL_0;
        key_1 += PHILOX_WEYL_1;
    }
    KERNEL_UNROLL
    for (i = 0; i < 4; i++)
        _mm256_storeu_si256((__m256i *)(void *)(out + PHILOX_COUNTERS * i),
                            philox_pack(s.at[i][0], s.at[i][1]));
}

static void philox(const struct bp_counter *counter, uint32_t first,
                   uint32_t out[PHILOX_WORDS])
{
    philox_eight(counter, first, out);
    philox_eight(counter, first + 8, out + 8);
}

#else

static void philox_round(uint32_t c[4], const uint32_t key[2])
{
    const uint64_t a = (uint64_t)PHILOX_MULTIPLIER_0 * c[0];
    const uint64_t b = (uint64_t)PHILOX_MULTIPLIER_1 * c[2];

    c[0] = (uint32_t)(b >> 32) ^ c[1] ^ key[0];
    c[1] = (uint32_t)b;
    c[2] = (uint32_t)(a >> 32) ^ c[3] ^ key[1];
    c[3] = (uint32_t)a;
}

static void philox_one(const struct bp_counter *counter, uint32_t n, uint32_t *out)
{
    uint32_t c[4] = {counter->word[0], counter->word[1], n, counter->word[3]};
    uint32_t key[2] = {counter->key[0], counter->key[1]};
    size_t i;

    for (i = 0; i < PHILOX_ROUNDS; i++) {
        philox_round(c, key);
        key[0] += PHILOX_WEYL_0;
        key[1] += PHILOX_WEYL_1;
    }
    for (i = 0; i < 4; i++)
        out[PHILOX_COUNTERS * i] = c[i];
}

static void philox(const struct bp_counter *counter, uint32_t first,
                   uint32_t out[PHILOX_WORDS])
{
    uint32_t b;

    for (b = 0; b < PHILOX_COUNTERS; b++)
        philox_one(counter, first + b, out + b);
}

#endif

#endif
