/* SPDX-License-Identifier: MIT */
/* One piece of work on a thread of its own, while the caller does something else. */
#ifndef BP_POOL_ASIDE_H
#define BP_POOL_ASIDE_H

#include "env.h"

struct bp_aside;

/** What came of the work. */
enum bp_aside_end {
    BP_ASIDE_NONE, /**< There was none. */
    BP_ASIDE_DONE,
    BP_ASIDE_LOST /**< The process was forked in between: it may be half done. */
};

/** Room for a thread that is not started; NULL if there is no memory, or no thread on
 *  this kind of system. */
struct bp_aside *bp_aside_create(const struct bp_host *host);

/** Also waits. */
void bp_aside_destroy(struct bp_aside *aside, const struct bp_host *host);

/** Begin. No work may be under way.
 * @return false if no thread could be had: nothing was begun then. */
bool bp_aside_begin(struct bp_aside *aside, void (*body)(void *work), void *work);

/** Wait until the work is done. */
enum bp_aside_end bp_aside_wait(struct bp_aside *aside);

#endif
