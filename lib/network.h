/* SPDX-License-Identifier: MIT */
/* The network object: layers in a row, and after the build one arena of parameters. */
#ifndef BP_NETWORK_H
#define BP_NETWORK_H

#include "arena.h"
#include "op/engine.h"

enum { BP_NETWORK_SETTINGS = 3 };

struct bp_network {
    struct bp_host host;
    struct bp_text text;
    double settings[BP_NETWORK_SETTINGS];
    size_t inputs;
    struct bp_node *nodes;
    size_t count;    /**< Of nodes. */
    size_t capacity; /**< Of the array of nodes. */

    bool built; /**< What follows is valid. */
    bool busy;  /**< A training step runs: parameters must not be written. */
    const struct bp_engine *engine;
    int32_t isa;
    const void *kernels;
    const void *wide; /**< Those in double. */
    struct bp_arena params;
    size_t params_count; /**< Elements of the arena, with padding. */
    struct bp_arena
        state;          /**< Running statistics: no parameters, but cloned with them. */
    size_t state_count; /**< Elements of it; 0: there is no such arena. */
};

/** Width of what comes out, with or without layers. */
static inline size_t bp_network_width(const struct bp_network *network)
{
    return network->count > 0 ? network->nodes[network->count - 1].outputs
                              : network->inputs;
}

/** Whether all layers are dense, so small that a single example costs less in arithmetic
 *  than in calls, and without callbacks. */
bool bp_network_is_small(const struct bp_network *network);

/** What the last layer puts out, a `BP_RANGE_` value. */
int32_t bp_network_range(const struct bp_network *network);

/** How many threads are to work on a batch of @p rows. A parameter takes part in two
 *  operations for each row on the way forward, and in four on the way back. */
uint32_t bp_network_threads(const struct bp_network *network, size_t rows, bool training);

/** Address of element (row, 0) of a place in @p arena, which is laid out as the
 *  network's. */
void *bp_network_row(const struct bp_network *network, const struct bp_arena *arena,
                     const struct bp_place *place, size_t row);

/** A tensor in an arena that is laid out as one of the network's. */
struct bp_placed {
    const struct bp_arena *arena;
    const struct bp_place *place; /**< NULL: the layer has none such. */
};

/** One of the network's own tensors: @p which is any `BP_PARAMETER_` value. */
struct bp_placed bp_network_tensor(const struct bp_network *network, size_t layer,
                                   int32_t which);

/** The place of a parameter; NULL if the layer has none such. */
const struct bp_place *bp_network_place(const struct bp_network *network, size_t layer,
                                        int32_t which);

/** The place of running statistics in the arena of state; NULL if the layer has none
 *  such. */
const struct bp_place *bp_network_running_place(const struct bp_network *network,
                                                size_t layer, int32_t which);

/** Reserve the arenas of a network whose layers are complete. */
bp_status bp_network_reserve(struct bp_network *network);

/** bp_network_build() with all parameters 0. */
bp_status bp_network_build_zero(struct bp_network *network);
/** Give them back; also where there are none. */
void bp_network_release(struct bp_network *network);

/** Whether a batch of one row has no gradient: a layer needs more for its moments. */
bool bp_network_needs_rows(const struct bp_network *network);

/** Whether each operation has its forward form in @p precision, and its backward form if
 *  that is asked for; else the index of one that has not in @p layer. */
bool bp_network_supports(const struct bp_network *network, int32_t precision,
                         bool backward, size_t *layer);

/** A copy with the same numbers in another precision; as bp_network_clone(). */
bp_status bp_network_convert(const struct bp_network *network, int32_t precision,
                             bp_network **copy);

/** Draw all parameters. @return 0, or what a callback answered. */
int32_t bp_init_parameters(struct bp_network *network, uint64_t seed);

#endif
