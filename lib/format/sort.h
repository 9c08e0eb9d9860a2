/* SPDX-License-Identifier: MIT */
/* Heapsort: in place, n log n at worst, and with no memory but the array's. */
#ifndef BP_FORMAT_SORT_H
#define BP_FORMAT_SORT_H

#include "base.h"

/** @param before  whether one element goes before another. */
void bp_sort(void *elements, size_t count, size_t size,
             bool (*before)(const void *one, const void *other));

#endif
