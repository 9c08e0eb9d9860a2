/* SPDX-License-Identifier: MIT */
/*
 * Update rules on flat spans: every rule in exactly the operations that its room states,
 * each rounded once. A template; see kernel.h.
 */
#ifndef BP_KERNEL_UPDATE_H
#define BP_KERNEL_UPDATE_H

#include "kernel/update_adam.h"
#include "kernel/update_adaptive.h"
#include "kernel/update_rprop.h"
#include "kernel/update_sgd.h"

#define UPDATE_CHUNK 16384

/* The one place where a rule finds its formula. */
static void update_span(const struct bp_rule *rule, const struct BP_REAL(span) * span)
{
    switch (rule->kind) {
    case BP_OPTIMIZER_ADAM:
    case BP_OPTIMIZER_ADAMW: adam(rule, span); break;
    case BP_OPTIMIZER_AMSGRAD: amsgrad(rule, span); break;
    case BP_OPTIMIZER_ADAGRAD: adagrad(rule, span); break;
    case BP_OPTIMIZER_RMSPROP: rmsprop(rule, span); break;
    case BP_OPTIMIZER_RPROP: rprop(rule, span); break;
    default: (rule->momentum != 0 ? sgd_momentum : sgd_plain)(rule, span);
    }
}

struct update_work {
    const struct bp_rule *rule;
    const struct BP_REAL(span) * span;
};

static void update_chunk(void *data, size_t chunk)
{
    const struct update_work *const work = data;
    struct BP_REAL(span) part = *work->span;
    const size_t begin = chunk * UPDATE_CHUNK;
    const size_t rest = part.count - begin;
    size_t s;

    part.w += begin;
    part.g += begin;
    for (s = 0; s < BP_RULE_STATES; s++)
        if (part.state[s] != NULL)
            part.state[s] += begin;
    part.count = rest < UPDATE_CHUNK ? rest : UPDATE_CHUNK;
    update_span(work->rule, &part);
}

static void update(struct bp_pool *pool, const struct bp_rule *rule,
                   const struct BP_REAL(span) * span)
{
    const size_t chunks = span->count / UPDATE_CHUNK + (span->count % UPDATE_CHUNK != 0);
    struct update_work work = {rule, span};

    if (chunks <= 1)
        update_span(rule, span);
    else
        bp_parallel_for(pool, chunks, update_chunk, &work);
}

#endif
