/* SPDX-License-Identifier: MIT */
#include "format/sort.h"

struct heap {
    unsigned char *elements;
    size_t size;
    bool (*before)(const void *one, const void *other);
};

static unsigned char *at(const struct heap *heap, size_t i)
{
    return heap->elements + i * heap->size;
}

static void swap(const struct heap *heap, size_t i, size_t j)
{
    unsigned char *one = at(heap, i);
    unsigned char *other = at(heap, j);

    for (size_t k = 0; k < heap->size; k++) {
        const unsigned char kept = one[k];

        one[k] = other[k];
        other[k] = kept;
    }
}

/* Let element i sink among the first `count` until no child goes after it. */
static void sink(const struct heap *heap, size_t i, size_t count)
{
    while (2 * i + 1 < count) {
        size_t child = 2 * i + 1;

        if (child + 1 < count && heap->before(at(heap, child), at(heap, child + 1)))
            child++;
        if (!heap->before(at(heap, i), at(heap, child)))
            return;
        swap(heap, i, child);
        i = child;
    }
}

void bp_sort(void *elements, size_t count, size_t size,
             bool (*before)(const void *one, const void *other))
{
    const struct heap heap = {elements, size, before};

    for (size_t i = count / 2; i > 0; i--)
        sink(&heap, i - 1, count);
    for (size_t left = count; left > 1; left--) {
        swap(&heap, 0, left - 1);
        sink(&heap, 0, left - 1);
    }
}
