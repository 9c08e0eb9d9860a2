/* SPDX-License-Identifier: MIT */
/* Plans and arenas: places that do not meet, on the alignment, zero, or refused. */
#include "unit_helpers.h"

#include "arena.h"

static struct bp_host host_of(void **state)
{
    struct bp_host host;

    ok(bp_host_init(&host, env_of(state)));
    return host;
}

/* Each matrix takes its rows of whole lanes, right behind the one before. */
static void places_one_after_another(void **state)
{
    static const size_t shapes[][3] = {/* rows, cols, and what they take */
                                       {1, 1, 16},  {3, 16, 48},   {2, 17, 64},
                                       {0, 5, 0},   {7, 0, 0},     {5, 33, 240},
                                       {1, 64, 64}, {10, 15, 160}, {1, 1, 16}};
    struct bp_plan plan = {.element_size = 4};
    size_t expected = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(shapes); i++) {
        assert_int_equal(bp_plan_matrix(&plan, shapes[i][0], shapes[i][1]), expected);
        expected += shapes[i][2];
        assert_int_equal(plan.count, expected);
        assert_int_equal(expected * plan.element_size % BP_ALIGNMENT, 0);
    }
    assert_false(plan.overflow);
}

static void reserves_zero_on_the_alignment(void **state)
{
    struct failing_env *env = *state;
    const struct bp_host host = host_of(state);
    struct bp_plan plan = {.element_size = 8};
    struct bp_arena arena = {NULL, 0};
    const size_t first = bp_plan_matrix(&plan, 3, 5);
    const size_t second = bp_plan_matrix(&plan, 2, 20);
    const unsigned char *bytes;

    ok(bp_arena_reserve(&arena, &host, &plan));
    assert_int_equal(env->allocations, 1);
    assert_int_equal(arena.size, (3 * 16 + 2 * 32) * 8);
    assert_int_equal((uintptr_t)arena.base % BP_ALIGNMENT, 0);
    assert_int_equal((uintptr_t)bp_at(arena.base, 8, second) % BP_ALIGNMENT, 0);
    assert_ptr_equal(bp_at(arena.base, 8, first), arena.base);
    bytes = arena.base;
    for (size_t i = 0; i < arena.size; i++)
        assert_int_equal(bytes[i], 0);
    memset(arena.base, 0xFF, arena.size);
    assert_true(failing_env_intact(env));
    bp_arena_release(&arena, &host);
    assert_null(arena.base);
    assert_int_equal(arena.size, 0);
    bp_arena_release(&arena, &host);
}

static void reserves_nothing_too(void **state)
{
    const struct bp_host host = host_of(state);
    const struct bp_plan plan = {.element_size = 4};
    struct bp_arena arena = {NULL, 0};

    ok(bp_arena_reserve(&arena, &host, &plan));
    assert_non_null(arena.base);
    bp_arena_release(&arena, &host);
}

static void assert_limit(void **state, size_t rows, size_t cols, size_t count)
{
    const struct bp_host host = host_of(state);
    struct bp_plan plan = {.element_size = 8, .count = count};
    struct bp_arena arena = {NULL, 0};

    (void)bp_plan_matrix(&plan, rows, cols);
    assert_true(plan.overflow);
    assert_int_equal(bp_arena_reserve(&arena, &host, &plan), BP_ELIMIT);
    assert_null(arena.base);
    (void)bp_plan_matrix(&plan, 1, 1); /* what follows does not mend it */
    assert_int_equal(bp_arena_reserve(&arena, &host, &plan), BP_ELIMIT);
    assert_int_equal(((struct failing_env *)*state)->allocations, 0);
}

/* At each of the places where the total can pass what fits. */
static void overflow_is_a_limit(void **state)
{
    assert_limit(state, 1, SIZE_MAX, 0);                       /* padding of a row */
    assert_limit(state, 1, SIZE_MAX - 14, 0);                  /* the same, by one */
    assert_limit(state, SIZE_MAX / 16 + 1, 1, 0);              /* rows times a row */
    assert_limit(state, 1, 16, SIZE_MAX - 15);                 /* the sum */
    assert_limit(state, SIZE_MAX / 128 + 1, 16, 0);            /* bytes */
    assert_limit(state, (size_t)PTRDIFF_MAX / 128 + 1, 16, 0); /* a size of an object */
}

static void out_of_memory(void **state)
{
    struct failing_env *env = *state;
    const struct bp_host host = host_of(state);
    struct bp_plan plan = {.element_size = 4};
    struct bp_arena arena = {NULL, 0};

    (void)bp_plan_matrix(&plan, (size_t)PTRDIFF_MAX / 64, 16); /* the largest there is */
    assert_false(plan.overflow);
    assert_int_equal(bp_arena_reserve(&arena, &host, &plan), BP_ENOMEM);
    assert_int_equal(env->too_large, 1);
    assert_null(arena.base);
    assert_int_equal(arena.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(places_one_after_another),
        HOST_TEST(reserves_zero_on_the_alignment),
        HOST_TEST(reserves_nothing_too),
        HOST_TEST(overflow_is_a_limit),
        HOST_TEST(out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
