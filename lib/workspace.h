/* SPDX-License-Identifier: MIT */
/* A concurrent reader of a network: its scratch memory and its line of text. */
#ifndef BP_WORKSPACE_H
#define BP_WORKSPACE_H

#include "pass.h"

struct bp_workspace {
    const struct bp_network *network;
    struct bp_text text;
    struct bp_pass pass;
    bool busy; /**< A call works with it: a callback may not. */
};

/** What every reader checks first: both are there and belong together. */
bp_status bp_workspace_check(const struct bp_network *network,
                             struct bp_workspace *workspace);

/** The class that a row of outputs says; see bp_network_classify(). */
int32_t bp_workspace_class(const struct bp_workspace *workspace, size_t row);

#endif
