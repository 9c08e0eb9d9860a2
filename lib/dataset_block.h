/* SPDX-License-Identifier: MIT */
/*
 * Memory that several data sets hold together. What lies in a block is not written any
 * more once two hold it. Data sets are distinct objects, to be used on distinct threads,
 * so the count of holders is atomic; a compiler without C11 atomics gets copies instead.
 */
#ifndef BP_DATASET_BLOCK_H
#define BP_DATASET_BLOCK_H

#include "env.h"

struct bp_block;

/** A block of @p size bytes, all zero, held once; NULL if there is no memory. */
struct bp_block *bp_block_create(const struct bp_host *host, size_t size);

/** What lies in it, aligned on ::BP_ALIGNMENT. */
unsigned char *bp_block_data(struct bp_block *block);

/** Hold it once more, or a copy of it; NULL if there is no memory for the copy. */
struct bp_block *bp_block_share(const struct bp_host *host, struct bp_block *block);

/** Whether somebody else holds it too. */
bool bp_block_is_shared(const struct bp_block *block);

/** Hold it once less; NULL is accepted. */
void bp_block_release(const struct bp_host *host, struct bp_block *block);

#endif
