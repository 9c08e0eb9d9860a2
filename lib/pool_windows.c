/* SPDX-License-Identifier: MIT */
/* Where there are no POSIX threads, the caller does all work by itself, unless the host
 * lends threads of its own. */
#if defined(_WIN32)

#include "pool_team.h"

const bool bp_team_possible = false;

struct bp_team *bp_team_create(const struct bp_host *host, uint32_t workers)
{
    (void)host;
    (void)workers;
    return NULL;
}

void bp_team_destroy(struct bp_team *team, const struct bp_host *host)
{
    (void)team;
    (void)host;
}

bool bp_team_run(struct bp_team *team, size_t count, bp_chunk_fn body, void *work)
{
    (void)team;
    (void)count;
    (void)body;
    (void)work;
    return false;
}

uint32_t bp_team_processors(void)
{
    return 1;
}

#endif
