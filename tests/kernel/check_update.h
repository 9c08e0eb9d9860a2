/* SPDX-License-Identifier: MIT */
/* The rules of optimizers: the documented sequences, number by number. */
#ifndef KERNEL_CHECK_UPDATE_H
#define KERNEL_CHECK_UPDATE_H

#include "check.h"

#if BP_PRECISION == 32
#define FMA      fmaf
#define SQRT     sqrtf
#define COPYSIGN copysignf
#else
#define FMA      fma
#define SQRT     sqrt
#define COPYSIGN copysign
#endif

enum { UPDATE_ARRAYS = 2 + BP_RULE_STATES };

/* What all begin with: the parameter less its decay, and the gradient with what is added
 * to it. */
static real begin_reference(const struct bp_rule *rule, real *w, real g)
{
    if (rule->shrink != 0)
        *w = (real)(1 - rule->shrink) * *w;
    if (rule->decay != 0)
        g = FMA((real)rule->decay, *w, g);
    if (rule->l1 != 0)
        g += *w == 0 ? 0 : COPYSIGN((real)rule->l1, *w);
    return g;
}

/* One parameter: w, its gradient g, its state s. */
static void sgd_reference(const struct bp_rule *rule, real *w, real g, real *const s[])
{
    const real momentum = (real)rule->momentum;
    real step = g;

    if (momentum != 0) {
        const real fresh = (1 - (real)rule->dampening) * g;

        *s[0] = rule->first ? g : FMA(momentum, *s[0], fresh);
        step = rule->nesterov ? FMA(momentum, *s[0], g) : *s[0];
    }
    *w = FMA(-(real)rule->rate, step, *w);
}

static void adam_reference(const struct bp_rule *rule, real *w, real g, real *const s[])
{
    const real rest1 = (real)(1 - rule->beta1), rest2 = (real)(1 - rule->beta2);
    const real square = rest2 * g * g;
    real u;

    *s[0] = FMA(rest1, g - *s[0], *s[0]);
    *s[1] = FMA((real)rule->beta2, *s[1], square);
    u = *s[1];
    if (rule->kind == BP_OPTIMIZER_AMSGRAD)
        u = *s[2] = *s[2] > u ? *s[2] : u;
    *w = FMA(-(real)rule->rate,
             *s[0] / FMA(SQRT(u), (real)rule->root, (real)rule->epsilon), *w);
}

static void adagrad_reference(const struct bp_rule *rule, real *w, real g,
                              real *const s[])
{
    *s[0] = FMA(g, g, *s[0]);
    *w = FMA(-(real)rule->rate,
             g / (SQRT(*s[0] + (real)rule->initial) + (real)rule->epsilon), *w);
}

static void rmsprop_reference(const struct bp_rule *rule, real *w, real g,
                              real *const s[])
{
    const real alpha = (real)rule->alpha, rest = (real)(1 - rule->alpha);
    const real square = rest * g * g;
    real u, step;

    *s[0] = FMA(alpha, *s[0], square);
    u = *s[0];
    if (rule->centred) {
        *s[1] = FMA(alpha, *s[1], rest * g);
        u = FMA(-*s[1], *s[1], u);
        u = 0 > u ? 0 : u;
    }
    step = g / (SQRT(u) + (real)rule->epsilon);
    if (rule->momentum != 0)
        step = *s[2] = FMA((real)rule->momentum, *s[2], step);
    *w = FMA(-(real)rule->rate, step, *w);
}

static void rprop_reference(const struct bp_rule *rule, real *w, real g, real *const s[])
{
    const real product = g * *s[0];
    const real old = *s[1] == 0 ? (real)rule->rate : *s[1];
    real size = old;

    if (product > 0)
        size = (real)rule->up * old;
    if (product < 0)
        size = (real)rule->down * old;
    size = (real)rule->least > size ? (real)rule->least : size;
    size = (real)rule->most < size ? (real)rule->most : size;
    g = product < 0 ? 0 : g;
    *s[0] = g;
    *s[1] = size;
    *w = *w - COPYSIGN(g == 0 ? 0 : size, g);
}

struct update_reference {
    int32_t kind;
    const char *name;
    void (*step)(const struct bp_rule *rule, real *w, real g, real *const s[]);
};

static const struct update_reference references[] = {
    {BP_OPTIMIZER_SGD, "sgd", sgd_reference},
    {BP_OPTIMIZER_ADAM, "adam", adam_reference},
    {BP_OPTIMIZER_AMSGRAD, "amsgrad", adam_reference},
    {BP_OPTIMIZER_ADAMW, "adamw", adam_reference},
    {BP_OPTIMIZER_ADAGRAD, "adagrad", adagrad_reference},
    {BP_OPTIMIZER_RMSPROP, "rmsprop", rmsprop_reference},
    {BP_OPTIMIZER_RPROP, "rprop", rprop_reference},
};

/* Squares are no less than 0. */
static void update_fill(struct array *x, size_t count, draw_fn draw, bool squares)
{
    size_t i, j;

    for (i = 0; i < UPDATE_ARRAYS; i++) {
        x[i] = array_of(count);
        fill(x[i].at, 1, count, count, draw, 0);
        for (j = 0; j < count && squares && i >= 2; j++)
            x[i].at[j] = x[i].at[j] < 0 ? -x[i].at[j] : x[i].at[j];
    }
}

static void reference_span(const struct update_reference *reference,
                           const struct bp_rule *rule, struct array *x, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        real *const s[] = {&x[2].at[i], &x[3].at[i], &x[4].at[i]};
        const real g = begin_reference(rule, &x[0].at[i], x[1].at[i]);

        reference->step(rule, &x[0].at[i], g, s);
    }
}

static void update_check(table *k, const struct update_reference *reference,
                         const struct bp_rule *rule, size_t count, draw_fn draw)
{
    struct array x[2][UPDATE_ARRAYS];
    struct bp_pool pool = {.threads = 1};
    struct BP_REAL(span) span;
    size_t i;

    update_fill(x[0], count, draw, rule->kind != BP_OPTIMIZER_SGD);
    for (i = 0; i < UPDATE_ARRAYS; i++) {
        x[1][i] = array_of(count);
        memcpy(x[1][i].at, x[0][i].at, count * sizeof(real));
    }
    span = (struct BP_REAL(span)){
        .w = x[1][0].at,
        .g = x[1][1].at,
        .state = {x[1][2].at, x[1][3].at, x[1][4].at},
        .count = count,
        .rows = 1,
    };
    reference_span(reference, rule, x[0], count);
    k->update(&pool, rule, &span);
    for (i = 0; i < UPDATE_ARRAYS; i++) {
        assert_same(x[1][i].at, x[0][i].at, count, reference->name, k->isa);
        array_free(&x[0][i]);
        array_free(&x[1][i]);
    }
}

static const size_t update_counts[] = {0, 16, 48, 1024, 16384 + 16, 3 * 16384};

/* Each bit of @p bits is one thing that a rule may have or not. */
static struct bp_rule rule_of(int32_t kind, unsigned bits)
{
    return (struct bp_rule){
        .kind = kind,
        .rate = bits & 1 ? 0.1 : 0.003,
        .momentum = bits & 2 ? 0.9 : 0,
        .decay = bits & 4 ? 0.01 : 0,
        .shrink = bits & 8 ? 0.001 : 0,
        .l1 = bits & 16 ? 0.02 : 0,
        .centred = (bits & 32) != 0,
        .nesterov = (bits & 32) != 0,
        .dampening = bits & 64 ? 0.3 : 0,
        .first = (bits & 128) != 0,
        .beta1 = 0.9,
        .beta2 = 0.999,
        .root = bits & 2 ? 31.6 : 1.5,
        .alpha = 0.99,
        .epsilon = 1e-8,
        .initial = bits & 2 ? 0.1 : 0,
        .down = 0.5,
        .up = 1.2,
        .least = 1e-6,
        .most = bits & 2 ? 2 : 50,
    };
}

/* Every how manieth of the rules; arrays off their alignment take fewer. */
static unsigned rule_step(size_t count)
{
    const unsigned step = count > 1024 ? 13 : 1;

    return array_shift > 0 ? 7 * step : step;
}

static void updates_are_the_documented_sequences(void **state)
{
    const size_t kinds = sizeof references / sizeof references[0];
    size_t count, t, c, kind;
    unsigned bits;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++)
        for (c = 0; c < 6 * kinds; c++)
            for (bits = 0; bits < 256; bits += rule_step(update_counts[c % 6])) {
                kind = c / 6;
                const struct bp_rule rule = rule_of(references[kind].kind, bits);

                update_check(tables[t], &references[kind], &rule, update_counts[c % 6],
                             random_real);
                update_check(tables[t], &references[kind], &rule, update_counts[c % 6],
                             random_special);
            }
    for (t = 0; t < count; t++)
        for (kind = 0; kind < kinds; kind++) {
            const struct bp_rule rule = rule_of(references[kind].kind, 87);

            update_check(tables[t], &references[kind], &rule, 20 * 16384 + 16,
                         random_real);
        }
}

#endif
