/* SPDX-License-Identifier: MIT */
#include "wolfe.h"

#include <math.h>

#define C1 1e-4
#define C2 0.9

/** A search evaluates at most so often after the first time. */
enum { MOST = 25 };

/** Two points with the solution between them, and which of them is lower. */
struct bracket {
    struct bp_wolfe_point end[2];
    int low;
};

struct search {
    const struct bp_wolfe_line *line;
    const struct bp_wolfe_point *start;
    struct bp_wolfe_point now; /**< Evaluated last. */
    uint64_t rounds;           /**< Evaluations after the first. */
    bool done;                 /**< Both conditions hold at the lower end. */
};

/* The least point of the cubic through value and slope at both ends, within [low, high];
 * their middle if there is none. With d1 = a' + b' - 3 (f(a) - f(b)) / (a - b) and
 * d2 = sqrt(d1^2 - a' b') it is b - (b - a) (b' + d2 - d1) / (b' - a' + 2 d2). */
static double interpolate(const struct bp_wolfe_point *p, const struct bp_wolfe_point *q,
                          double low, double high)
{
    const struct bp_wolfe_point *a = p->t <= q->t ? p : q;
    const struct bp_wolfe_point *b = p->t <= q->t ? q : p;
    const double d1 = p->slope + q->slope - 3 * (p->value - q->value) / (p->t - q->t);
    const double square = d1 * d1 - p->slope * q->slope;
    double least;

    if (!(square >= 0))
        return (low + high) / 2;
    least = b->t - (b->t - a->t) * ((b->slope + sqrt(square) - d1) /
                                    (b->slope - a->slope + 2 * sqrt(square)));
    if (least != least)
        return (low + high) / 2;
    least = least > low ? least : low;
    return least < high ? least : high;
}

static bp_status evaluate(struct search *search, double t)
{
    search->now.t = t;
    return search->line->evaluate(search->line->user, &search->now);
}

static bool falls_enough(const struct search *search)
{
    const struct bp_wolfe_point *start = search->start;

    return search->now.value <= start->value + C1 * search->now.t * start->slope;
}

static bool flat_enough(const struct search *search)
{
    return fabs(search->now.slope) <= -C2 * search->start->slope;
}

static void keep_now(struct search *search, int32_t busy)
{
    search->now.kept = search->line->keep(search->line->user, busy);
}

static void order(struct bracket *bracket)
{
    bracket->low = bracket->end[0].value <= bracket->end[1].value ? 0 : 1;
}

/* Whether the point of now ends the first phase: it is too far, or good, or the slope has
 * turned. It and the one before are the bracket then. */
static bool brackets(struct search *search, const struct bp_wolfe_point *before)
{
    if (!falls_enough(search) ||
        (search->rounds > 1 && search->now.value >= before->value))
        return true;
    search->done = flat_enough(search);
    return search->done || search->now.slope >= 0;
}

/* First phase: steps ten times as long at most, until one is too long. */
static bp_status find_bracket(struct search *search, struct bracket *bracket)
{
    struct bp_wolfe_point before = *search->start;
    bp_status status = BP_OK;

    while (status == BP_OK && search->rounds < MOST && !brackets(search, &before)) {
        const double t = search->now.t;
        const double next =
            interpolate(&before, &search->now, t + 0.01 * (t - before.t), t * 10);

        keep_now(search, BP_WOLFE_START);
        before = search->now;
        status = evaluate(search, next);
        search->rounds++;
    }
    if (search->rounds == MOST)
        before = *search->start;
    keep_now(search, before.kept);
    bracket->end[0] = search->done ? search->now : before;
    bracket->end[1] = search->now;
    order(bracket);
    return status;
}

/* Not too near an end, or at least not twice: a tenth of the bracket from it then. */
static double away_from_ends(const struct bracket *bracket, double t, bool *near)
{
    const double a = fmin(bracket->end[0].t, bracket->end[1].t);
    const double b = fmax(bracket->end[0].t, bracket->end[1].t);
    const double tenth = 0.1 * (b - a);
    const bool was_near = *near;

    *near = fmin(b - t, t - a) < tenth;
    if (!*near || !(was_near || t >= b || t <= a))
        return t;
    *near = false;
    return fabs(t - b) < fabs(t - a) ? b - tenth : a + tenth;
}

/* The point of now takes the place of one end. */
static void shrink(struct search *search, struct bracket *bracket)
{
    struct bp_wolfe_point *low = &bracket->end[bracket->low];
    struct bp_wolfe_point *high = &bracket->end[1 - bracket->low];

    if (!falls_enough(search) || search->now.value >= low->value) {
        keep_now(search, low->kept);
        *high = search->now;
        order(bracket);
        return;
    }
    search->done = flat_enough(search);
    if (!search->done && search->now.slope * (high->t - low->t) >= 0)
        *high = *low;
    keep_now(search, high->kept);
    *low = search->now;
}

static bp_status zoom(struct search *search, struct bracket *bracket)
{
    const struct bp_wolfe_point *end = bracket->end;
    bp_status status = BP_OK;
    bool near = false;

    while (status == BP_OK && !search->done && search->rounds < MOST) {
        double t;

        if (fabs(end[1].t - end[0].t) * search->line->longest < search->line->tolerance)
            break;
        t = interpolate(&end[0], &end[1], fmin(end[0].t, end[1].t),
                        fmax(end[0].t, end[1].t));
        status = evaluate(search, away_from_ends(bracket, t, &near));
        search->rounds++;
        if (status == BP_OK)
            shrink(search, bracket);
    }
    return status;
}

bp_status bp_wolfe_search(const struct bp_wolfe_line *line,
                          const struct bp_wolfe_point *start, double first,
                          struct bp_wolfe_point *found, uint64_t *evaluations)
{
    struct search search = {.line = line, .start = start};
    struct bracket bracket = {.low = 0};
    bp_status status = evaluate(&search, first);

    if (status == BP_OK)
        status = find_bracket(&search, &bracket);
    if (status == BP_OK)
        status = zoom(&search, &bracket);
    *found = bracket.end[bracket.low];
    *evaluations = search.rounds + 1;
    return status;
}
