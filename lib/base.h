/* SPDX-License-Identifier: MIT */
/*
 * Level 0, for every source: checked arithmetic on sizes, and the one line of text that
 * an object keeps about its last failure.
 */
#ifndef BP_BASE_H
#define BP_BASE_H

#include "strict.h"

#include <backprop.h>

#include <stdbool.h>
#include <stdint.h>

/** The library's arrays and tensors begin on this boundary, in bytes. */
#define BP_ALIGNMENT 64

/** Rows of matrices inside begin a multiple of so many elements apart. */
#define BP_LANES 16

/* Sizes that come from a caller or a file pass through these three: false on overflow,
 * and then *result is as it was. */
bool bp_mul(size_t a, size_t b, size_t *result);
bool bp_add(size_t a, size_t b, size_t *result);
/** Round up to a multiple of @p alignment, a power of two. */
bool bp_align_up(size_t size, size_t alignment, size_t *result);

/** Round up to whole ::BP_LANES; for widths that were checked when they came in. */
static inline size_t bp_padded(size_t width)
{
    return (width + (BP_LANES - 1)) & ~(size_t)(BP_LANES - 1);
}

enum { BP_TEXT_SIZE = 256 };

/** Why the last failing call failed: one line in ASCII, "" if none has. */
struct bp_text {
    char line[BP_TEXT_SIZE];
};

#if defined(__GNUC__)
#define BP_FORMAT(string, first) __attribute__((format(printf, string, first)))
#else
#define BP_FORMAT(string, first)
#endif

/** Write the line, cut to fit, and give @p status back: `return bp_fail(...)`. */
bp_status bp_fail(struct bp_text *text, bp_status status, const char *format, ...)
    BP_FORMAT(3, 4);

/** A number as text for such a line: as by `%g`, but with a point in every locale. */
struct bp_number {
    char text[32];
};
struct bp_number bp_number(double value);

/** The same as by `%.*g`, with 1 to 17 digits. */
struct bp_number bp_number_digits(double value, int digits);

/** bp_fail() for the commonest fault. */
bp_status bp_fail_null(struct bp_text *text, const char *argument);

#endif
