/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The numbers in their order as integers: neighbours differ by one, -0 and 0 by none. */
static int64_t order_f32(float x)
{
    int32_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits >= 0 ? bits : (int64_t)INT32_MIN - bits;
}

static int64_t order_f64(double x)
{
    int64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits >= 0 ? bits : INT64_MIN - bits;
}

static uint64_t steps(int64_t a, int64_t b)
{
    return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

/* NaN, or an infinity beside anything but itself: no distance exists. */
static bool incomparable(double a, double b)
{
    return isnan(a) || isnan(b) || ((isinf(a) || isinf(b)) && a != b);
}

uint64_t ulp_distance_f32(float a, float b)
{
    return incomparable(a, b) ? UINT64_MAX : steps(order_f32(a), order_f32(b));
}

uint64_t ulp_distance_f64(double a, double b)
{
    return incomparable(a, b) ? UINT64_MAX : steps(order_f64(a), order_f64(b));
}

static bool within(double actual, double expected, const struct comparison *how)
{
    const double bound = how->absolute + how->relative * fabs(expected);

    return !incomparable(actual, expected) &&
           (actual == expected || fabs(actual - expected) <= bound);
}

static bool pair_f32(float actual, float expected, const struct comparison *how)
{
    switch (how->kind) {
    case COMPARE_BITS: return memcmp(&actual, &expected, sizeof actual) == 0;
    case COMPARE_ULP:
        return !incomparable(actual, expected) &&
               ulp_distance_f32(actual, expected) <= how->ulps;
    case COMPARE_WITHIN: return within(actual, expected, how);
    }
    return false;
}

static bool pair_f64(double actual, double expected, const struct comparison *how)
{
    switch (how->kind) {
    case COMPARE_BITS: return memcmp(&actual, &expected, sizeof actual) == 0;
    case COMPARE_ULP:
        return !incomparable(actual, expected) &&
               ulp_distance_f64(actual, expected) <= how->ulps;
    case COMPARE_WITHIN: return within(actual, expected, how);
    }
    return false;
}

static void describe_bound(const struct comparison *how, char *text, size_t size)
{
    if (how->kind == COMPARE_BITS)
        snprintf(text, size, "the same bits");
    else if (how->kind == COMPARE_ULP)
        snprintf(text, size, "at most %llu ULP apart", (unsigned long long)how->ulps);
    else
        snprintf(text, size, "at most %g + %g * |expected| apart", how->absolute,
                 how->relative);
}

static void describe(struct mismatch *mismatch, const struct comparison *how,
                     uint64_t ulps)
{
    char bound[96];

    describe_bound(how, bound, sizeof bound);
    snprintf(mismatch->text, sizeof mismatch->text,
             "[%zu] is %.17g (%a), expected %.17g (%a): %g or %llu ULP apart, want %s",
             mismatch->index, mismatch->actual, mismatch->actual, mismatch->expected,
             mismatch->expected, fabs(mismatch->actual - mismatch->expected),
             (unsigned long long)ulps, bound);
}

static bool refuse_empty(struct mismatch *mismatch)
{
    if (mismatch != NULL) {
        memset(mismatch, 0, sizeof *mismatch);
        snprintf(mismatch->text, sizeof mismatch->text,
                 "count is 0: nothing is compared");
    }
    return false;
}

bool compare_f32(const float *actual, const float *expected, size_t count,
                 const struct comparison *how, struct mismatch *mismatch)
{
    for (size_t i = 0; i < count; ++i) {
        if (pair_f32(actual[i], expected[i], how))
            continue;
        if (mismatch != NULL) {
            mismatch->index = i;
            mismatch->actual = actual[i];
            mismatch->expected = expected[i];
            describe(mismatch, how, ulp_distance_f32(actual[i], expected[i]));
        }
        return false;
    }
    return count > 0 || refuse_empty(mismatch);
}

bool compare_f64(const double *actual, const double *expected, size_t count,
                 const struct comparison *how, struct mismatch *mismatch)
{
    for (size_t i = 0; i < count; ++i) {
        if (pair_f64(actual[i], expected[i], how))
            continue;
        if (mismatch != NULL) {
            mismatch->index = i;
            mismatch->actual = actual[i];
            mismatch->expected = expected[i];
            describe(mismatch, how, ulp_distance_f64(actual[i], expected[i]));
        }
        return false;
    }
    return count > 0 || refuse_empty(mismatch);
}

static void refuse(const struct mismatch *mismatch, struct compare_place place)
{
    print_error("%s\n", mismatch->text);
    _fail(place.file, place.line);
}

void require_f32(const float *actual, const float *expected, size_t count,
                 struct comparison how, struct compare_place place)
{
    struct mismatch mismatch;

    if (!compare_f32(actual, expected, count, &how, &mismatch))
        refuse(&mismatch, place);
}

void require_f64(const double *actual, const double *expected, size_t count,
                 struct comparison how, struct compare_place place)
{
    struct mismatch mismatch;

    if (!compare_f64(actual, expected, count, &how, &mismatch))
        refuse(&mismatch, place);
}
