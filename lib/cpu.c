/* SPDX-License-Identifier: MIT */
#include "cpu.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define X86_64 1
#include <cpuid.h>
#elif defined(_M_X64) && defined(_MSC_VER)
#define X86_64 1
#include <immintrin.h>
#include <intrin.h>
#else
#define X86_64 0
#endif

#if X86_64

/* Bits of cpuid leaf 1, register c, and leaf 7, register b. */
#define LEAF1_FMA     (1u << 12)
#define LEAF1_OSXSAVE (1u << 27)
#define LEAF1_AVX     (1u << 28)
#define LEAF7_AVX2    (1u << 5)
#define LEAF7_AVX512F (1u << 16)

/* What the operating system saves when it changes threads: SSE and AVX state, and for
 * AVX-512 the masks and the upper halves and registers too. */
#define SAVED_AVX    0x06u
#define SAVED_AVX512 0xe6u

struct leaf {
    uint32_t a, b, c, d;
};

#if defined(_MSC_VER)

static struct leaf cpuid(uint32_t number)
{
    struct leaf leaf = {0, 0, 0, 0};
    int words[4];

    __cpuid(words, 0);
    if ((uint32_t)words[0] < number)
        return leaf;
    __cpuidex(words, (int)number, 0);
    leaf.a = (uint32_t)words[0];
    leaf.b = (uint32_t)words[1];
    leaf.c = (uint32_t)words[2];
    leaf.d = (uint32_t)words[3];
    return leaf;
}

static uint32_t saved_state(void)
{
    return (uint32_t)_xgetbv(0);
}

#else

/* All zero where the processor has no such leaf. All have the first: it is not asked for
 * whether it is there, since in a virtual machine each question takes a microsecond. */
static struct leaf cpuid(uint32_t number)
{
    struct leaf leaf = {0, 0, 0, 0};

    if (number == 1)
        __cpuid(1, leaf.a, leaf.b, leaf.c, leaf.d);
    else
        (void)__get_cpuid_count(number, 0, &leaf.a, &leaf.b, &leaf.c, &leaf.d);
    return leaf;
}

/* xgetbv, spelt in bytes for the sake of old assemblers. */
static uint32_t saved_state(void)
{
    uint32_t low, high;

    __asm__ volatile(".byte 0x0f, 0x01, 0xd0" : "=a"(low), "=d"(high) : "c"(0));
    (void)high;
    return low;
}

#endif

static bool has(uint32_t word, uint32_t bits)
{
    return (word & bits) == bits;
}

static int32_t machine_isa(void)
{
    const struct leaf first = cpuid(1);
    struct leaf seventh;
    uint32_t saved;

    if (!has(first.c, LEAF1_OSXSAVE | LEAF1_AVX | LEAF1_FMA))
        return BP_ISA_SCALAR;
    seventh = cpuid(7);
    if (!has(seventh.b, LEAF7_AVX2))
        return BP_ISA_SCALAR;
    saved = saved_state();
    if (!has(saved, SAVED_AVX))
        return BP_ISA_SCALAR;
    if (!has(seventh.b, LEAF7_AVX512F) || !has(saved, SAVED_AVX512))
        return BP_ISA_AVX2;
    return BP_ISA_AVX512;
}

#else

static int32_t machine_isa(void)
{
#if defined(__aarch64__)
    return BP_ISA_NEON;
#else
    return BP_ISA_SCALAR;
#endif
}

#endif

/* The cap that the environment sets; ::BP_ISA_BEST for none, or a word not known. */
static int32_t environment_cap(void)
{
    static const struct {
        const char *name;
        int32_t isa;
    } caps[] = {
        {"scalar", BP_ISA_SCALAR}, {"avx2", BP_ISA_AVX2}, {"avx512", BP_ISA_AVX512}};
    const char *const value = getenv("BP_MAX_ISA");
    size_t i;

    for (i = 0; value != NULL && i < sizeof caps / sizeof caps[0]; i++)
        if (strcmp(value, caps[i].name) == 0)
            return caps[i].isa;
    return BP_ISA_BEST;
}

/* The best at or below a cap. The cap of another kind of machine is none here. */
static int32_t capped(int32_t isa, int32_t cap)
{
    if (cap == BP_ISA_SCALAR)
        return BP_ISA_SCALAR;
    if (cap == BP_ISA_BEST || cap == BP_ISA_NEON || isa == BP_ISA_NEON || isa <= cap)
        return isa;
    return cap;
}

int32_t bp_cpu_isa(int32_t cap)
{
    return capped(capped(machine_isa(), environment_cap()), cap);
}
