/* SPDX-License-Identifier: MIT */
/*
 * A sweep over learning rates (Smith, "Cyclical learning rates for training neural
 * networks", 2017): steps at rates that grow by a constant factor, on a copy. Where the
 * smoothed cost falls fastest is a good rate; where it rises again is too much.
 */
#include "trainer_snapshot.h"

#include "kernel/math.h"

/* A smoothed cost so many times the least one ends the sweep. */
#define DIVERGED 4.0

struct sweep {
    bp_rate_options options;
    struct bp_trainer *trainer; /**< The copy. */
    double *rates, *costs;      /**< Of each step; costs smoothed. */
    size_t count;               /**< Steps made. */
    double average, weight;     /**< Exponential mean, not yet corrected. */
    size_t least;               /**< The step of least cost. */
    bool diverged;
};

bp_status bp_rate_options_init(bp_rate_options *options)
{
    if (options == NULL)
        return BP_EINVAL;
    *options = (bp_rate_options){.struct_size = sizeof *options,
                                 .low = 1e-6,
                                 .high = 10,
                                 .steps = 100,
                                 .smoothing = 0.9};
    return BP_OK;
}

static double rate_at(const bp_rate_options *options, size_t step)
{
    const double low = bp_log_f64(options->low);
    const double part = (double)step / (double)(options->steps - 1);

    return bp_exp_f64(low + part * (bp_log_f64(options->high) - low));
}

/* The mean of costs with weights beta^age, as Adam corrects its own. */
static double smooth(struct sweep *sweep, double cost)
{
    const double beta = sweep->options.smoothing;

    sweep->average = beta * sweep->average + (1 - beta) * cost;
    sweep->weight = beta * sweep->weight + (1 - beta);
    return sweep->average / sweep->weight;
}

static int32_t note(const bp_progress *progress, void *user)
{
    struct sweep *sweep = user;
    const size_t i = sweep->count;

    if (progress->event != BP_EVENT_STEP)
        return 0;
    sweep->rates[i] = rate_at(&sweep->options, i);
    sweep->costs[i] = smooth(sweep, progress->step_cost);
    sweep->count++;
    if (sweep->costs[i] < sweep->costs[sweep->least])
        sweep->least = i;
    sweep->diverged = sweep->costs[i] > DIVERGED * sweep->costs[sweep->least];
    if (sweep->diverged || sweep->count == sweep->options.steps)
        return 1;
    return bp_optimizer_set(&sweep->trainer->optimizer, BP_OPTIMIZER_RATE,
                            rate_at(&sweep->options, i + 1)) != BP_OK;
}

/* Where the cost falls most within a window around a step, up to its least; the rates are
 * equally far apart in the logarithm. One batch is not as hard as another: a window that
 * is wide, and no step before the mean has as many terms as it can use, keep the noise of
 * the batches from being taken for a fall. */
static size_t steepest(const struct sweep *sweep)
{
    const size_t half = 1 + (size_t)sweep->options.steps / 16;
    const double terms = 1 / (1 - sweep->options.smoothing);
    size_t best = 0;
    double fall = 0;
    size_t i;

    for (i = half; i + half < sweep->count && i <= sweep->least; i++) {
        const double here = sweep->costs[i - half] - sweep->costs[i + half];

        if ((double)(i - half) >= terms && here > fall) {
            fall = here;
            best = i;
        }
    }
    return best;
}

static void tell(const struct sweep *sweep, bp_rate_report *report)
{
    const size_t best = steepest(sweep);
    size_t i;

    report->found = best > 0;
    report->diverged = sweep->diverged;
    report->steps = sweep->count;
    report->rate = best > 0 ? sweep->rates[best] : 0;
    report->least_rate = sweep->count > 0 ? sweep->rates[sweep->least] : 0;
    report->least_cost = sweep->count > 0 ? sweep->costs[sweep->least] : 0;
    for (i = 0; i < sweep->count && i < sweep->options.capacity; i++) {
        sweep->options.rates[i] = sweep->rates[i];
        sweep->options.costs[i] = sweep->costs[i];
    }
}

/* Every epoch has a step at least, so that there are epochs enough. A cost that overflows
 * is an end as well. */
static bp_status run(struct sweep *sweep, const struct bp_dataset *data,
                     struct bp_text *text)
{
    bp_status status = bp_optimizer_set(&sweep->trainer->optimizer, BP_OPTIMIZER_RATE,
                                        sweep->options.low);

    if (status != BP_OK)
        return bp_fail(text, status, "%.200s", sweep->trainer->optimizer.text.line);
    status = bp_trainer_fit(sweep->trainer, data, sweep->options.steps, note, sweep);
    if (status == BP_EDATA && sweep->count > 0)
        sweep->diverged = true;
    else if (status != BP_ESTOPPED ||
             (!sweep->diverged && sweep->count < sweep->options.steps))
        return bp_fail(text, status, "%.200s", sweep->trainer->text.line);
    return BP_OK;
}

static bp_status find(struct sweep *sweep, struct bp_trainer *trainer,
                      const struct bp_dataset *data, bp_rate_report *report)
{
    const struct bp_host *host = &trainer->network->host;
    const size_t size = (size_t)sweep->options.steps * 2 * sizeof(double);
    double *memory = bp_host_allocate(host, size);
    struct bp_twin twin = {NULL, NULL};
    bp_status status;

    if (memory == NULL)
        return bp_fail(&trainer->text, BP_ENOMEM, "no memory for the sweep");
    status = bp_twin_create(&twin, trainer, &trainer->text);
    if (status == BP_OK) {
        sweep->trainer = twin.trainer;
        sweep->rates = memory;
        sweep->costs = memory + sweep->options.steps;
        status = run(sweep, data, &trainer->text);
    }
    if (status == BP_OK)
        tell(sweep, report);
    bp_twin_release(&twin);
    bp_host_release(host, memory, size);
    return status;
}

static bp_status fail_number(struct bp_text *text, const char *name, double value,
                             const char *expected)
{
    return bp_fail(text, BP_EINVAL, "options.%s is %s, expected %s", name,
                   bp_number(value).text, expected);
}

/* Written so that NaN is out of every range. */
static bp_status check_options(const bp_rate_options *options, struct bp_text *text)
{
    if (!(options->low >= 1e-30 && options->low <= 1e6))
        return fail_number(text, "low", options->low, "1e-30 to 1e6");
    if (!(options->high > options->low && options->high <= 1e6))
        return fail_number(text, "high", options->high, "above low and at most 1e6");
    if (options->steps < 10 || options->steps > 1000000)
        return fail_number(text, "steps", (double)options->steps, "10 to 1e6");
    if (!(options->smoothing >= 0 && options->smoothing < 1))
        return fail_number(text, "smoothing", options->smoothing,
                           "at least 0 and below 1");
    if (options->capacity > 0 && (options->rates == NULL || options->costs == NULL))
        return bp_fail(text, BP_EINVAL,
                       "options.rates or costs is NULL, expected both for a capacity");
    return BP_OK;
}

static bp_status check(struct bp_trainer *trainer, const struct bp_dataset *data,
                       const bp_rate_options *options, const bp_rate_report *report)
{
    struct bp_text *text = &trainer->text;

    if (data == NULL || report == NULL)
        return bp_fail_null(text, data == NULL ? "data" : "report");
    if (report->struct_size != sizeof *report)
        return bp_fail(text, BP_EINVAL, "report.struct_size is %u, expected %zu",
                       (unsigned)report->struct_size, sizeof *report);
    if (options != NULL && options->struct_size != sizeof *options)
        return bp_fail(text, BP_EINVAL, "options.struct_size is %u, expected %zu",
                       (unsigned)options->struct_size, sizeof *options);
    return bp_trainer_check(trainer);
}

bp_status bp_trainer_find_rate(bp_trainer *trainer, const bp_dataset *data,
                               const bp_rate_options *options, bp_rate_report *report)
{
    struct sweep sweep = {.trainer = NULL};
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    status = check(trainer, data, options, report);
    if (status != BP_OK)
        return status;
    if (options != NULL)
        sweep.options = *options;
    else
        (void)bp_rate_options_init(&sweep.options);
    status = check_options(&sweep.options, &trainer->text);
    return status == BP_OK ? find(&sweep, trainer, data, report) : status;
}
