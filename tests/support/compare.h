/* SPDX-License-Identifier: MIT */
/*
 * Comparisons of floating-point numbers that a NaN cannot pass, unlike those of cmocka
 * 1.1.5. The core answers true or false, so that its own tests can see it refuse; the
 * macros on top fail the running test and say index, both values and the bound.
 *
 * All of them: NaN differs from everything, also from NaN, but for same bits; an infinity
 * is equal to itself and to nothing else; an empty comparison fails, as it shows nothing.
 */
#ifndef SUPPORT_COMPARE_H
#define SUPPORT_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum compare_kind {
    COMPARE_BITS,  /**< The same bits: also NaN, and -0 is not 0. */
    COMPARE_ULP,   /**< At most `ulps` representable numbers apart; -0 is 0. */
    COMPARE_WITHIN /**< |actual - expected| <= absolute + relative * |expected|. */
};

struct comparison {
    enum compare_kind kind;
    uint64_t ulps;
    double absolute;
    double relative;
};

/** The first pair that differs. */
struct mismatch {
    size_t index;
    double actual;
    double expected;
    char text[256]; /**< One line with all of it. */
};

/** Steps from one number to the other through all representable ones; UINT64_MAX if one
 *  is NaN, or only one infinite or both infinite with different signs. */
uint64_t ulp_distance_f32(float a, float b);
uint64_t ulp_distance_f64(double a, double b);

/** Whether all pairs pass. @p mismatch may be NULL, is filled if the answer is false. */
bool compare_f32(const float *actual, const float *expected, size_t count,
                 const struct comparison *how, struct mismatch *mismatch);
bool compare_f64(const double *actual, const double *expected, size_t count,
                 const struct comparison *how, struct mismatch *mismatch);

/* What the macros call: fails the running cmocka test at @p place, "file:line". */
struct compare_place {
    const char *file;
    int line;
};

void require_f32(const float *actual, const float *expected, size_t count,
                 struct comparison how, struct compare_place place);
void require_f64(const double *actual, const double *expected, size_t count,
                 struct comparison how, struct compare_place place);

#define COMPARE_HERE     ((struct compare_place){__FILE__, __LINE__})
#define HOW_BITS         ((struct comparison){COMPARE_BITS, 0, 0, 0})
#define HOW_ULP(n)       ((struct comparison){COMPARE_ULP, (n), 0, 0})
#define HOW_WITHIN(a, r) ((struct comparison){COMPARE_WITHIN, 0, (a), (r)})

/* Arrays. */
#define assert_bits_f32(actual, expected, count) \
    require_f32(actual, expected, count, HOW_BITS, COMPARE_HERE)
#define assert_bits_f64(actual, expected, count) \
    require_f64(actual, expected, count, HOW_BITS, COMPARE_HERE)
#define assert_ulps_f32(actual, expected, count, n) \
    require_f32(actual, expected, count, HOW_ULP(n), COMPARE_HERE)
#define assert_ulps_f64(actual, expected, count, n) \
    require_f64(actual, expected, count, HOW_ULP(n), COMPARE_HERE)
#define assert_close_f32(actual, expected, count, absolute, relative) \
    require_f32(actual, expected, count, HOW_WITHIN(absolute, relative), COMPARE_HERE)
#define assert_close_f64(actual, expected, count, absolute, relative) \
    require_f64(actual, expected, count, HOW_WITHIN(absolute, relative), COMPARE_HERE)

/* Single numbers. A float is exact as a double: "absolute" and "relative" serve both. */
#define assert_same_f32(actual, expected)                                      \
    require_f32(&(const float){actual}, &(const float){expected}, 1, HOW_BITS, \
                COMPARE_HERE)
#define assert_same_f64(actual, expected)                                        \
    require_f64(&(const double){actual}, &(const double){expected}, 1, HOW_BITS, \
                COMPARE_HERE)
#define assert_ulp_f32(actual, expected, n)                                      \
    require_f32(&(const float){actual}, &(const float){expected}, 1, HOW_ULP(n), \
                COMPARE_HERE)
#define assert_ulp_f64(actual, expected, n)                                        \
    require_f64(&(const double){actual}, &(const double){expected}, 1, HOW_ULP(n), \
                COMPARE_HERE)
#define assert_absolute(actual, expected, bound)                       \
    require_f64(&(const double){actual}, &(const double){expected}, 1, \
                HOW_WITHIN(bound, 0), COMPARE_HERE)
#define assert_relative(actual, expected, bound)                       \
    require_f64(&(const double){actual}, &(const double){expected}, 1, \
                HOW_WITHIN(0, bound), COMPARE_HERE)
#define assert_close(actual, expected, absolute, relative)             \
    require_f64(&(const double){actual}, &(const double){expected}, 1, \
                HOW_WITHIN(absolute, relative), COMPARE_HERE)

#endif
