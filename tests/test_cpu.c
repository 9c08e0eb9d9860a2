/* SPDX-License-Identifier: MIT */
/* The choice of an instruction set, against what the compiler's library says. */
#define _POSIX_C_SOURCE 200809L

#include "cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const int32_t isas[] = {BP_ISA_SCALAR, BP_ISA_AVX2, BP_ISA_AVX512};
static const char *const names[] = {"scalar", "avx2", "avx512"};

/* What the caller of the tests had set. */
static char *kept;

static int keep(void **state)
{
    const char *const value = getenv("BP_MAX_ISA");

    (void)state;
    kept = value != NULL ? strdup(value) : NULL;
    return unsetenv("BP_MAX_ISA");
}

static int restore(void **state)
{
    const int status =
        kept != NULL ? setenv("BP_MAX_ISA", kept, 1) : unsetenv("BP_MAX_ISA");

    (void)state;
    free(kept);
    return status;
}

static int32_t best_of_compiler(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return BP_ISA_SCALAR;
    return __builtin_cpu_supports("avx512f") ? BP_ISA_AVX512 : BP_ISA_AVX2;
#elif defined(__aarch64__)
    return BP_ISA_NEON;
#else
    return BP_ISA_SCALAR;
#endif
}

/* On ARM64 there is plain C below NEON, and the caps of other machines are none. */
static int32_t at_most(int32_t isa, int32_t cap)
{
    if (isa == BP_ISA_NEON)
        return cap == BP_ISA_SCALAR ? BP_ISA_SCALAR : BP_ISA_NEON;
    return isa < cap ? isa : cap;
}

static void best_is_what_the_machine_has(void **state)
{
    (void)state;
    assert_int_equal(bp_cpu_isa(BP_ISA_BEST), best_of_compiler());
}

static void cap_is_obeyed(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++)
        assert_int_equal(bp_cpu_isa(isas[i]), at_most(best_of_compiler(), isas[i]));
}

static void cap_of_another_machine_is_none(void **state)
{
    (void)state;
    assert_int_equal(bp_cpu_isa(BP_ISA_NEON), best_of_compiler());
}

static void environment_caps_further(void **state)
{
    size_t i, j;

    (void)state;
    for (i = 0; i < 3; i++) {
        assert_int_equal(setenv("BP_MAX_ISA", names[i], 1), 0);
        assert_int_equal(bp_cpu_isa(BP_ISA_BEST), at_most(best_of_compiler(), isas[i]));
        for (j = 0; j < 3; j++)
            assert_int_equal(bp_cpu_isa(isas[j]),
                             at_most(at_most(best_of_compiler(), isas[i]), isas[j]));
    }
    assert_int_equal(unsetenv("BP_MAX_ISA"), 0);
}

static void unknown_word_is_no_cap(void **state)
{
    static const char *const words[] = {"", "AVX2", "avx", "avx5120", "none", "2"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_int_equal(setenv("BP_MAX_ISA", words[i], 1), 0);
        assert_int_equal(bp_cpu_isa(BP_ISA_BEST), best_of_compiler());
    }
    assert_int_equal(unsetenv("BP_MAX_ISA"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best_is_what_the_machine_has),
        cmocka_unit_test(cap_is_obeyed),
        cmocka_unit_test(cap_of_another_machine_is_none),
        cmocka_unit_test(environment_caps_further),
        cmocka_unit_test(unknown_word_is_no_cap),
    };

    return cmocka_run_group_tests(tests, keep, restore) ? 1 : 0;
}
