/* SPDX-License-Identifier: MIT */
#include "lbfgs.h"

#include "wolfe.h"

#include <math.h>
#include <string.h>

/* A pair with less curvature than this is not kept. */
#define LEAST_CURVATURE 1e-10

size_t bp_lbfgs_spans(size_t slots)
{
    return 2 * slots + BP_LBFGS_SPANS;
}

/** What is the same for all iterations of a step. */
struct step {
    const struct bp_lbfgs_problem *problem;
    const struct bp_lbfgs_options *options;
    struct bp_lbfgs_state *state;
    void *begun, *x, *direction; /**< x of the step and of the iteration. */
    void *gradient[3];           /**< Places of the search; the last is that of x. */
    uint64_t evaluations;
};

/* ---- spans ---- */

static void *span_at(const struct bp_lbfgs_problem *problem, size_t index)
{
    const size_t size = problem->spans.count * problem->engine->element_size;

    return (unsigned char *)problem->memory + index * size;
}

static double dot(const struct step *step, const void *a, const void *b)
{
    return step->problem->engine->sum(&step->problem->spans, a, b);
}

/* to = factor d + x */
static void line(const struct step *step, void *to, double factor, const void *d,
                 const void *x)
{
    step->problem->engine->line(&step->problem->spans, to, factor, d, x);
}

static double largest(const struct step *step, const void *a)
{
    const struct bp_spans *const spans = &step->problem->spans;

    return step->problem->engine->largest(spans->kernels, a, spans->count);
}

static void copy(const struct step *step, void *to, const void *from)
{
    memcpy(to, from, step->problem->spans.count * step->problem->engine->element_size);
}

static size_t slot_of(const struct step *step, size_t pair)
{
    return (step->state->oldest + pair) % step->problem->slots;
}

size_t bp_lbfgs_span_of_pair(const struct bp_lbfgs_state *state, size_t slots,
                             size_t pair, size_t item)
{
    return BP_LBFGS_SPANS + 2 * ((state->oldest + pair) % slots) + item;
}

static void *item_of(const struct step *step, size_t pair, size_t item)
{
    return span_at(step->problem,
                   bp_lbfgs_span_of_pair(step->state, step->problem->slots, pair, item));
}

static void *s_of(const struct step *step, size_t pair)
{
    return item_of(step, pair, 0);
}

static void *y_of(const struct step *step, size_t pair)
{
    return item_of(step, pair, 1);
}

static struct step begin(const struct bp_lbfgs_problem *problem,
                         const struct bp_lbfgs_options *options,
                         struct bp_lbfgs_state *state)
{
    return (struct step){
        .problem = problem,
        .options = options,
        .state = state,
        .begun = span_at(problem, 0),
        .x = span_at(problem, 1),
        .direction = span_at(problem, 2),
        .gradient = {span_at(problem, 3), span_at(problem, 4), span_at(problem, 5)},
        .evaluations = 1,
    };
}

/* ---- the direction ---- */

/* direction = -H gradient, by the two loops over the pairs. */
static void find_direction(const struct step *step)
{
    const struct bp_lbfgs_state *state = step->state;
    double alpha[BP_LBFGS_MOST];
    void *const d = step->direction;
    size_t i;

    line(step, d, -1, step->problem->gradient, NULL);
    for (i = state->pairs; i-- > 0;) {
        alpha[i] = dot(step, s_of(step, i), d) * state->curvature[slot_of(step, i)];
        line(step, d, -alpha[i], y_of(step, i), d);
    }
    if (state->pairs > 0)
        line(step, d, state->scale, d, NULL);
    for (i = 0; i < state->pairs; i++) {
        const double beta =
            dot(step, y_of(step, i), d) * state->curvature[slot_of(step, i)];

        line(step, d, alpha[i] - beta, s_of(step, i), d);
    }
}

static void drop_oldest(const struct step *step)
{
    step->state->oldest = slot_of(step, 1);
    step->state->pairs--;
}

/* What is known of a pair beside itself; false if it has too little curvature. */
static bool measure(struct step *step, size_t pair)
{
    const void *const y = y_of(step, pair);
    const double curvature = dot(step, y, s_of(step, pair));

    if (!(curvature > LEAST_CURVATURE))
        return false;
    step->state->curvature[slot_of(step, pair)] = 1 / curvature;
    step->state->scale = curvature / dot(step, y, y);
    return true;
}

/* Pairs that were put in from outside; one that is none is dropped, and all before it. */
static void measure_all(struct step *step)
{
    size_t i = 0;

    while (i < step->state->pairs) {
        if (measure(step, i++))
            continue;
        for (; i > 0; i--)
            drop_oldest(step);
    }
    step->state->stale = false;
}

/* The pair of an iteration that went t along the direction. */
static void add_pair(struct step *step, double t)
{
    struct bp_lbfgs_state *state = step->state;
    const size_t pair = state->pairs;

    line(step, s_of(step, pair), t, step->direction, NULL);
    line(step, y_of(step, pair), -1, step->gradient[BP_WOLFE_START],
         step->problem->gradient);
    if (!measure(step, pair))
        return;
    state->pairs++;
    while (state->pairs > step->options->history)
        drop_oldest(step);
}

/* ---- along the line ---- */

static bp_status evaluate(void *user, struct bp_wolfe_point *point)
{
    const struct step *step = user;
    const struct bp_lbfgs_problem *problem = step->problem;
    bp_status status;

    line(step, problem->x, point->t, step->direction, step->x);
    status = problem->evaluate(problem->user, &point->value);
    if (status == BP_EDATA) {
        point->value = (double)INFINITY;
        point->slope = (double)NAN;
        return BP_OK;
    }
    if (status == BP_OK)
        point->slope = dot(step, problem->gradient, step->direction);
    return status;
}

static int32_t keep(void *user, int32_t busy)
{
    const struct step *step = user;
    const int32_t place = busy == 0 ? 1 : 0;

    copy(step, step->gradient[place], step->problem->gradient);
    return place;
}

/* Search along the direction and go there; *value is that of x before and after. */
static bp_status search(struct step *step, double first, double slope, double *value,
                        double *t)
{
    const struct bp_lbfgs_problem *problem = step->problem;
    const struct bp_wolfe_line line_of_search = {
        .evaluate = evaluate,
        .keep = keep,
        .user = step,
        .longest = largest(step, step->direction),
        .tolerance = 1e-9,
    };
    const struct bp_wolfe_point start = {0, *value, slope, BP_WOLFE_START};
    struct bp_wolfe_point found = start;
    uint64_t evaluations = 0;
    bp_status status;

    copy(step, step->x, problem->x);
    copy(step, step->gradient[BP_WOLFE_START], problem->gradient);
    status = bp_wolfe_search(&line_of_search, &start, first, &found, &evaluations);
    if (status != BP_OK)
        return status;
    step->evaluations += evaluations;
    line(step, problem->x, found.t, step->direction, step->x);
    copy(step, problem->gradient, step->gradient[found.kept]);
    *value = found.value;
    *t = found.t;
    return BP_OK;
}

/* ---- iterations ---- */

static double first_step(const struct step *step)
{
    const double size =
        step->problem->engine->sum(&step->problem->spans, step->problem->gradient, NULL);

    if (step->state->iterations > 0)
        return step->options->rate;
    return fmin(1, 1 / size) * step->options->rate;
}

/* Whether a further iteration would change too little, or is too many. */
static bool is_last(const struct step *step, double t, double fall)
{
    const struct bp_lbfgs_options *options = step->options;

    return step->evaluations >= options->evaluations ||
           largest(step, step->problem->gradient) <= options->tolerance_gradient ||
           largest(step, step->direction) * t <= options->tolerance_change ||
           fabs(fall) < options->tolerance_change;
}

static bp_status iterate(struct step *step, double *value, bool *last)
{
    const double before = *value;
    const double first = first_step(step);
    double slope;
    double t = 0;
    bp_status status;

    find_direction(step);
    slope = dot(step, step->problem->gradient, step->direction);
    step->state->iterations++;
    *last = slope > -step->options->tolerance_change;
    if (*last)
        return BP_OK;
    status = search(step, first, slope, value, &t);
    if (status != BP_OK)
        return status;
    add_pair(step, t);
    *last = is_last(step, t, *value - before);
    return BP_OK;
}

bp_status bp_lbfgs_step(const struct bp_lbfgs_problem *problem,
                        const struct bp_lbfgs_options *options,
                        struct bp_lbfgs_state *state, double *value)
{
    const struct bp_lbfgs_state before = *state;
    struct step step = begin(problem, options, state);
    bool last = largest(&step, problem->gradient) <= options->tolerance_gradient;
    bp_status status = BP_OK;
    size_t i;

    copy(&step, step.begun, problem->x);
    if (state->stale)
        measure_all(&step);
    while (state->pairs > options->history)
        drop_oldest(&step);
    for (i = 0; i < options->iterations && status == BP_OK && !last; i++)
        status = iterate(&step, value, &last);
    if (status != BP_OK) {
        copy(&step, problem->x, step.begun);
        *state = before;
    }
    return status;
}
