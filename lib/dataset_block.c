/* SPDX-License-Identifier: MIT */
#include "dataset_block.h"

#if defined(__STDC_NO_ATOMICS__)

#include <string.h>

struct bp_block {
    size_t size;
};

static bool hold(struct bp_block *block)
{
    (void)block;
    return false;
}

static bool was_last(struct bp_block *block)
{
    (void)block;
    return true;
}

bool bp_block_is_shared(const struct bp_block *block)
{
    (void)block;
    return false;
}

#else

#include <stdatomic.h>
#include <string.h>

struct bp_block {
    size_t size;
    atomic_size_t others; /* Holders but one. */
};

static bool hold(struct bp_block *block)
{
    (void)atomic_fetch_add_explicit(&block->others, 1, memory_order_relaxed);
    return true;
}

/* What one holder read happens before the last one's release of the memory. */
static bool was_last(struct bp_block *block)
{
    return atomic_fetch_sub_explicit(&block->others, 1, memory_order_acq_rel) == 0;
}

bool bp_block_is_shared(const struct bp_block *block)
{
    return atomic_load_explicit(&block->others, memory_order_acquire) > 0;
}

#endif

_Static_assert(sizeof(struct bp_block) <= BP_ALIGNMENT, "the head fits before the data");

struct bp_block *bp_block_create(const struct bp_host *host, size_t size)
{
    struct bp_block *block;
    size_t total;

    if (!bp_add(size, BP_ALIGNMENT, &total))
        return NULL;
    block = bp_host_allocate(host, total);
    if (block != NULL)
        block->size = total;
    return block;
}

unsigned char *bp_block_data(struct bp_block *block)
{
    return (unsigned char *)block + BP_ALIGNMENT;
}

struct bp_block *bp_block_share(const struct bp_host *host, struct bp_block *block)
{
    struct bp_block *copy;

    if (hold(block))
        return block;
    copy = bp_block_create(host, block->size - BP_ALIGNMENT);
    if (copy != NULL)
        memcpy(bp_block_data(copy), bp_block_data(block), block->size - BP_ALIGNMENT);
    return copy;
}

void bp_block_release(const struct bp_host *host, struct bp_block *block)
{
    if (block != NULL && was_last(block))
        bp_host_release(host, block, block->size);
}
