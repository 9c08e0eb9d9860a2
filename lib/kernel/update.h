/* SPDX-License-Identifier: MIT */
/*
 * Update rules on spans: every rule in exactly the operations that its room states, each
 * rounded once. A template; see kernel.h.
 */
#ifndef BP_KERNEL_UPDATE_H
#define BP_KERNEL_UPDATE_H

#include "kernel/update_adam.h"
#include "kernel/update_adaptive.h"
#include "kernel/update_rprop.h"
#include "kernel/update_sgd.h"

#define UPDATE_CHUNK 16384

/* The one place where a rule finds its formula. */
static update_fn loop_of(const struct bp_rule *rule, bool terms)
{
    switch (rule->kind) {
    case BP_OPTIMIZER_ADAM:
    case BP_OPTIMIZER_ADAMW: return terms ? adam_terms : adam_plain;
    case BP_OPTIMIZER_AMSGRAD: return terms ? amsgrad_terms : amsgrad_plain;
    case BP_OPTIMIZER_ADAGRAD: return terms ? adagrad_terms : adagrad_plain;
    case BP_OPTIMIZER_RMSPROP: return terms ? rmsprop_terms : rmsprop_plain;
    case BP_OPTIMIZER_RPROP: return terms ? rprop_terms : rprop_plain;
    default: break;
    }
    if (rule->momentum != 0)
        return terms ? sgd_momentum_terms : sgd_momentum_plain;
    return terms ? sgd_terms : sgd_plain;
}

/* Only what the rule reads is set: a small network's step is no longer than this. */
static void scalars_set(struct scalars *k, const struct bp_rule *rule)
{
    const bool terms = rule->shrink != 0 || rule->decay != 0 || rule->l1 != 0;

    k->run = loop_of(rule, terms);
    k->rate = vec_set1((real)rule->rate);
    if (terms)
        terms_scalars(k, rule);
    switch (rule->kind) {
    case BP_OPTIMIZER_ADAM:
    case BP_OPTIMIZER_ADAMW:
    case BP_OPTIMIZER_AMSGRAD: adam_scalars(k, rule); break;
    case BP_OPTIMIZER_ADAGRAD:
    case BP_OPTIMIZER_RMSPROP: adaptive_scalars(k, rule); break;
    case BP_OPTIMIZER_RPROP: rprop_scalars(k, rule); break;
    default: sgd_scalars(k, rule);
    }
}

/* The same span, so many elements further on. */
static void span_move(struct BP_REAL(span) * span, size_t elements)
{
    size_t s;

    span->w += elements;
    for (s = 0; s < BP_RULE_STATES && span->state[s] != NULL; s++)
        span->state[s] += elements;
}

struct update_work {
    struct scalars scalars;
    const struct BP_REAL(span) * span;
};

static void update_chunk(void *data, size_t chunk)
{
    const struct update_work *const work = data;
    struct BP_REAL(span) part = *work->span;
    const size_t begin = chunk * UPDATE_CHUNK;
    const size_t rest = part.count - begin;

    span_move(&part, begin);
    part.g += begin;
    part.count = rest < UPDATE_CHUNK ? rest : UPDATE_CHUNK;
    work->scalars.run(&work->scalars, &part);
}

static void update(struct bp_pool *pool, const struct bp_rule *rule,
                   const struct BP_REAL(span) * span)
{
    const size_t chunks = span->count / UPDATE_CHUNK + (span->count % UPDATE_CHUNK != 0);
    struct update_work work = {.span = span};

    scalars_set(&work.scalars, rule);
    if (chunks == 1)
        work.scalars.run(&work.scalars, span);
    else
        bp_parallel_for(pool, chunks, update_chunk, &work);
}

#endif
