/* SPDX-License-Identifier: MIT */
/* Threads that wait for pieces of work; one source for each kind of system. */
#ifndef BP_POOL_TEAM_H
#define BP_POOL_TEAM_H

#include "env.h"
#include "pool.h"

/** No more pieces than this in one piece of work. */
enum { BP_TEAM_PIECES = 1 << 20 };

/** Whether there can be threads on this kind of system. */
extern const bool bp_team_possible;

/** A team of so many threads besides the caller, not started; NULL: no memory. */
struct bp_team *bp_team_create(const struct bp_host *host, uint32_t workers);

void bp_team_destroy(struct bp_team *team, const struct bp_host *host);

/** Share @p count pieces, 1 to ::BP_TEAM_PIECES; returns when all are done.
 * @return false if there is no thread to share with: nothing was done then. */
bool bp_team_run(struct bp_team *team, size_t count, bp_chunk_fn body, void *work);

/** Processors that this process may use, from 1 to ::BP_POOL_MOST. */
uint32_t bp_team_processors(void);

#endif
