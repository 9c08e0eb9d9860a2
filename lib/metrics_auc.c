/* SPDX-License-Identifier: MIT */
/*
 * The area under the receiver operating characteristic of a class against the rest: the
 * chance that a row of the class has the higher score than one of the others, where a tie
 * counts half (Mann and Whitney, 1947). With the scores in order,
 *
 *     sum over each group of equal scores of P (n + N / 2)     divided by P_all N_all
 *
 * P and N are the weights of the group's rows of the class and of the rest, n that of the
 * rest below.
 */
#include "metrics.h"

/** One class's scores. */
struct ranking {
    const struct bp_scores *scores;
    const double *first; /**< Score of row 0, */
    size_t step;         /**< and from one row to the next. */
    int32_t class;
};

static double score(const struct ranking *ranking, size_t row)
{
    return ranking->first[row * ranking->step];
}

/* Let order[i] sink in the heap of @p count. */
static void sink(const struct ranking *ranking, size_t i, size_t count)
{
    size_t *order = ranking->scores->order;
    const size_t row = order[i];

    while (2 * i + 1 < count) {
        size_t child = 2 * i + 1;

        if (child + 1 < count &&
            score(ranking, order[child + 1]) > score(ranking, order[child]))
            child++;
        if (!(score(ranking, order[child]) > score(ranking, row)))
            break;
        order[i] = order[child];
        i = child;
    }
    order[i] = row;
}

/* Heapsort: no memory, no bad case. */
static void sort(const struct ranking *ranking)
{
    size_t *order = ranking->scores->order;
    const size_t count = ranking->scores->kept;
    size_t i;

    for (i = 0; i < count; i++)
        order[i] = i;
    for (i = count / 2; i-- > 0;)
        sink(ranking, i, count);
    for (i = count; i-- > 1;) {
        const size_t largest = order[0];

        order[0] = order[i];
        order[i] = largest;
        sink(ranking, 0, i);
    }
}

/* @return false if the class or the rest has no rows. */
static bool area(const struct ranking *ranking, double *value)
{
    const struct bp_scores *scores = ranking->scores;
    double sum = 0;
    double of_class = 0;
    double of_rest = 0;
    size_t i = 0;

    sort(ranking);
    while (i < scores->kept) {
        const double tie = score(ranking, scores->order[i]);
        double p = 0;
        double n = 0;

        for (; i < scores->kept && score(ranking, scores->order[i]) == tie; i++) {
            const size_t row = scores->order[i];

            *(scores->labels[row] == ranking->class ? &p : &n) += scores->weights[row];
        }
        sum += p * (of_rest + n / 2);
        of_class += p;
        of_rest += n;
    }
    if (!(of_class > 0 && of_rest > 0))
        return false;
    *value = sum / (of_class * of_rest);
    return true;
}

static bp_status area_of(struct bp_metrics *metrics, size_t class, double *value)
{
    const struct bp_scores *scores = &metrics->scores;
    const bool one = metrics->outputs == 1;
    const struct ranking ranking = {
        .scores = scores,
        .first = scores->values + (one ? 0 : class),
        .step = metrics->outputs,
        .class = one ? 1 : (int32_t) class,
    };

    if (area(&ranking, value))
        return BP_OK;
    return bp_fail(&metrics->text, BP_ESTATE,
                   "class %zu has no rows, or all of them: its area is not defined",
                   class);
}

static double support(const struct bp_metrics *metrics, size_t class)
{
    const struct bp_tally *tally = &metrics->tallies[metrics->now];
    double sum = 0;
    size_t j;

    for (j = 0; j < metrics->classes; j++)
        sum += tally->confusion[class * metrics->classes + j];
    return sum;
}

static bp_status mean_area(struct bp_metrics *metrics, bool weighted, double *value)
{
    double sum = 0;
    double whole = 0;
    size_t c;

    for (c = 0; c < metrics->classes; c++) {
        const double share = weighted ? support(metrics, c) : 1;
        double found = 0;
        const bp_status status = area_of(metrics, c, &found);

        if (status != BP_OK)
            return status;
        sum += share * found;
        whole += share;
    }
    *value = sum / whole;
    return BP_OK;
}

bp_status bp_metrics_auc(struct bp_metrics *metrics, int32_t index, double *value)
{
    if (bp_metrics_setting(metrics, BP_METRICS_SCORES) == 0)
        return bp_fail(&metrics->text, BP_ESTATE,
                       "scores are not kept, expected BP_METRICS_SCORES to be set");
    if (index >= 0)
        return area_of(metrics, (size_t)index, value);
    if (metrics->outputs == 1)
        return area_of(metrics, 1, value);
    return mean_area(metrics, index == BP_INDEX_WEIGHTED, value);
}
