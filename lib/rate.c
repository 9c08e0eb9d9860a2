/* SPDX-License-Identifier: MIT */
/*
 * A sweep over learning rates (Smith, "Cyclical learning rates for training neural
 * networks", 2017): updates at rates that grow by a constant factor, on a copy. Where the
 * smoothed cost falls fastest is a good rate; where it rises again is too much.
 */
#include "fit.h"
#include "twin.h"

#include "kernel/math.h"

#include <math.h>

/* A smoothed cost so many times the least one ends the sweep. */
#define DIVERGED 4.0

/* A least cost that is not above 0 has no times: one above it by so many times its size,
 * or what the cost has fallen by, ends the sweep. */
#define CLIMBED 3.0

struct sweep {
    bp_rate_options options;
    struct bp_trainer *trainer; /**< The copy. */
    double *rates, *costs;      /**< Of each update; costs smoothed. */
    size_t count;               /**< Updates made. */
    uint64_t updates;           /**< That the trainer had made before the next one. */
    double batch_cost, batches; /**< Since the last update. */
    double average, weight;     /**< Exponential mean, not yet corrected. */
    size_t least;               /**< The update of least cost. */
    bool diverged, stopped;
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

static void set_rate(const struct sweep *sweep, size_t step)
{
    (void)bp_optimizer_set(&sweep->trainer->optimizer, BP_OPTIMIZER_RATE,
                           rate_at(&sweep->options, step));
}

/* The mean of costs with weights beta^age, as Adam corrects its own. */
static double smooth(struct sweep *sweep, double cost)
{
    const double beta = sweep->options.smoothing;

    sweep->average = beta * sweep->average + (1 - beta) * cost;
    sweep->weight = beta * sweep->weight + (1 - beta);
    return sweep->average / sweep->weight;
}

static bool is_diverged(const struct sweep *sweep, double cost)
{
    const double least = sweep->costs[sweep->least];
    const double fallen = sweep->costs[0] - least;

    if (least > 0)
        return cost > DIVERGED * least;
    return cost > least + CLIMBED * fmax(-least, fallen);
}

/* An update was made at the rate of step `count`. @return whether it was the last. */
static bool note_update(struct sweep *sweep)
{
    const size_t i = sweep->count++;

    sweep->rates[i] = rate_at(&sweep->options, i);
    sweep->costs[i] = smooth(sweep, sweep->batch_cost / sweep->batches);
    sweep->batch_cost = sweep->batches = 0;
    sweep->updates = sweep->trainer->optimizer_state.updates;
    if (sweep->costs[i] < sweep->costs[sweep->least])
        sweep->least = i;
    sweep->diverged = is_diverged(sweep, sweep->costs[i]);
    return sweep->diverged || sweep->count == sweep->options.steps;
}

/* Where batches are collected, several steps are one update. */
static int32_t note(const bp_progress *progress, void *user)
{
    struct sweep *sweep = user;

    if (progress->event != BP_EVENT_STEP)
        return 0;
    sweep->batch_cost += progress->step_cost;
    sweep->batches++;
    if (sweep->options.progress != NULL &&
        sweep->options.progress(progress, sweep->options.user) != 0)
        sweep->stopped = true;
    if (sweep->stopped)
        return 1;
    if (sweep->trainer->optimizer_state.updates == sweep->updates)
        return 0;
    if (note_update(sweep))
        return 1;
    set_rate(sweep, sweep->count);
    return 0;
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
    report->least_rate = sweep->rates[sweep->least];
    report->least_cost = sweep->costs[sweep->least];
    for (i = 0; i < sweep->count && i < sweep->options.capacity; i++) {
        sweep->options.rates[i] = sweep->rates[i];
        sweep->options.costs[i] = sweep->costs[i];
    }
}

/* Every epoch has an update at least, so that there are epochs enough. A cost that
 * overflows is an end as well: data and parameters were right. */
static bp_status run(struct sweep *sweep, const struct bp_dataset *data,
                     struct bp_text *text)
{
    bp_status status;

    sweep->updates = sweep->trainer->optimizer_state.updates;
    sweep->trainer->schedule.kind = BP_SCHEDULE_NONE;
    set_rate(sweep, 0);
    status = bp_trainer_fit(sweep->trainer, data, sweep->options.steps, note, sweep);
    if (status == BP_EDATA && sweep->count > 0)
        sweep->diverged = true;
    else if (sweep->stopped)
        return bp_fail(text, BP_ESTOPPED, "the callback stopped the sweep at rate %s",
                       bp_number(rate_at(&sweep->options, sweep->count)).text);
    else if (!sweep->diverged && sweep->count < sweep->options.steps)
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

/* A rate that is given once, or that a line search corrects, cannot be swept. */
static bp_status check_rule(struct bp_trainer *trainer)
{
    const int32_t kind = trainer->optimizer.spec.kind;

    if (kind == BP_OPTIMIZER_LBFGS || kind == BP_OPTIMIZER_RPROP)
        return bp_fail(&trainer->text, BP_EUNSUPPORTED,
                       "%s finds its steps itself, expected another optimizer",
                       kind == BP_OPTIMIZER_LBFGS ? "L-BFGS" : "iRPROP-");
    return BP_OK;
}

/* Targets are looked at first: a fault in them is none of the rate. */
static bp_status check_data(struct bp_trainer *trainer, const struct bp_dataset *data)
{
    const struct bp_batch all = {.rows = bp_dataset_rows(data), .data = data};
    const bp_status status = bp_fit_check(trainer, data);

    if (status != BP_OK)
        return status;
    return bp_batch_check_targets(trainer->network, &trainer->cost, &all, &trainer->text);
}

static bp_status check(struct bp_trainer *trainer, const struct bp_dataset *data,
                       const bp_rate_options *options, const bp_rate_report *report)
{
    struct bp_text *text = &trainer->text;
    bp_status status;

    if (report == NULL)
        return bp_fail_null(text, "report");
    if (report->struct_size != sizeof *report)
        return bp_fail(text, BP_EINVAL, "report.struct_size is %u, expected %zu",
                       (unsigned)report->struct_size, sizeof *report);
    if (options != NULL && options->struct_size != sizeof *options)
        return bp_fail(text, BP_EINVAL, "options.struct_size is %u, expected %zu",
                       (unsigned)options->struct_size, sizeof *options);
    status = options != NULL ? check_options(options, text) : BP_OK;
    if (status == BP_OK)
        status = check_rule(trainer);
    return status == BP_OK ? check_data(trainer, data) : status;
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
    return find(&sweep, trainer, data, report);
}
