/* SPDX-License-Identifier: MIT */
/*
 * Line search: a step t along a direction d from x, for which the value f(x + t d) has
 * fallen enough and its slope has flattened enough, the strong conditions of Wolfe:
 *
 *     f(t) <= f(0) + c1 t f'(0)        |f'(t)| <= -c2 f'(0)
 *
 * First a step that is too long is sought, by extrapolation; then the bracket around the
 * solution shrinks, both by cubic interpolation (Nocedal and Wright, "Numerical
 * Optimization", 2006, algorithms 3.5 and 3.6). The safeguards are those of PyTorch.
 */
#ifndef BP_WOLFE_H
#define BP_WOLFE_H

#include "base.h"

/** A step, the value there, its slope along the direction. */
struct bp_wolfe_point {
    double t, value, slope;
    int32_t kept; /**< What `keep` answered for it. */
};

/** The function along the line. */
struct bp_wolfe_line {
    /** Fill value and slope of point->t: infinity and NaN where they are not finite.
     * @return other than ::BP_OK to stop the search. */
    bp_status (*evaluate)(void *user, struct bp_wolfe_point *point);
    /** Keep the gradient of the point that was evaluated last, in a place that is not
     *  @p busy. @return the place, which is 0, 1 or 2; 2 is that of t = 0. */
    int32_t (*keep)(void *user, int32_t busy);
    void *user;
    double longest;   /**< Largest |d_i|. */
    double tolerance; /**< A bracket whose ends move no parameter by more is small. */
};

/** Place of the gradient at t = 0. */
enum { BP_WOLFE_START = 2 };

/** Search from @p start, which is t = 0, with @p first as the first step.
 * @param found        the point with the lowest value in the end; its gradient is kept.
 * @param evaluations  how many there were.
 * @return as evaluate. */
bp_status bp_wolfe_search(const struct bp_wolfe_line *line,
                          const struct bp_wolfe_point *start, double first,
                          struct bp_wolfe_point *found, uint64_t *evaluations);

#endif
