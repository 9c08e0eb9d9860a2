/* SPDX-License-Identifier: MIT */
/* Cross-validation: one description, many runs, mean and spread of what they reach. */
#include "fit.h"
#include "rng.h"
#include "twin.h"

#include <math.h>

/* Seeds of repeats are drawn beside the samples of other calls. */
#define SEED_TENSOR UINT32_MAX

/** Of some figures, one by one (Welford, 1962). */
struct spread {
    double count, mean, squares, least, most;
};

/** All runs. */
struct cross {
    bp_cross_options options;
    bp_fit_options fit;
    struct bp_trainer *trainer; /**< The description; its line tells a failure. */
    const struct bp_dataset *data;
    struct bp_metrics *metrics; /**< Or NULL where the score is the cost. */
    struct spread scores, costs, epochs;
    uint64_t done;
};

/** One of them. */
struct run {
    uint64_t repeat, fold, seed;
    struct bp_dataset *train, *held;
    struct bp_twin twin;
    bp_fit_result result;
    double score, cost;
};

bp_status bp_cross_options_init(bp_cross_options *options)
{
    if (options == NULL)
        return BP_EINVAL;
    *options = (bp_cross_options){.struct_size = sizeof *options,
                                  .method = BP_SPLIT_SHUFFLED,
                                  .folds = 5,
                                  .repeats = 1,
                                  .seed = 1,
                                  .metric = BP_MONITOR_COST,
                                  .metric_index = BP_INDEX_ALL};
    return BP_OK;
}

static void add(struct spread *spread, double x)
{
    const double apart = x - spread->mean;

    spread->count++;
    spread->mean += apart / spread->count;
    spread->squares += apart * (x - spread->mean);
    spread->least = spread->count > 1 ? fmin(spread->least, x) : x;
    spread->most = spread->count > 1 ? fmax(spread->most, x) : x;
}

static double deviation(const struct spread *spread)
{
    return spread->count > 1 ? sqrt(spread->squares / (spread->count - 1)) : 0;
}

static bp_status no_memory(const struct cross *cross)
{
    return bp_fail(&cross->trainer->text, BP_ENOMEM, "no memory for the run");
}

/* A fault of one of the run's own objects. */
static bp_status fail_run(const struct cross *cross, bp_status status, const char *line)
{
    return bp_fail(&cross->trainer->text, status, "run %llu: %.200s",
                   (unsigned long long)cross->done, line);
}

/* ---- a run ---- */

static uint64_t seed_of(const struct cross *cross, uint64_t number)
{
    struct bp_rng rng = {.seed = cross->options.seed,
                         .stream = BP_STREAM_SAMPLE,
                         .tensor = SEED_TENSOR,
                         .element = number};

    return bp_rng_next(&rng);
}

/* Twins, as the caller's data sets are only read. */
static bp_status take_all(const struct cross *cross, struct run *run)
{
    run->train = bp_dataset_twin(cross->data);
    run->held = bp_dataset_twin(cross->options.held);
    return run->train != NULL && run->held != NULL ? BP_OK : no_memory(cross);
}

/* The folds of a repeat are those of its own seed. */
static bp_status take_fold(const struct cross *cross, struct run *run)
{
    const bp_fold fold = {.struct_size = sizeof fold,
                          .method = cross->options.method,
                          .folds = (size_t)cross->options.folds,
                          .fold = (size_t)run->fold,
                          .seed = seed_of(cross, run->repeat)};
    struct bp_dataset *twin = bp_dataset_twin(cross->data);
    bp_status status;

    if (twin == NULL)
        return no_memory(cross);
    status = bp_dataset_fold(twin, &fold, &run->train, &run->held);
    if (status != BP_OK)
        (void)fail_run(cross, status, twin->text.line);
    bp_dataset_destroy(twin);
    return status;
}

/* The network's own tables, for objects that are created from nothing. */
static bp_env env_of(const struct cross *cross)
{
    const struct bp_host *host = &cross->trainer->network->host;

    return (bp_env){.struct_size = sizeof(bp_env),
                    .memory = &host->memory,
                    .files = &host->files,
                    .clock = &host->clock,
                    .parallel = host->parallel.run != NULL ? &host->parallel : NULL};
}

static bp_status scale(const struct cross *cross, const struct run *run)
{
    const bp_env env = env_of(cross);
    struct bp_scaler *scaler = NULL;
    bp_status status;

    if (cross->options.scaling == 0)
        return BP_OK;
    status = bp_scaler_create(cross->options.scaling, &env, &scaler);
    if (status == BP_OK)
        status = bp_scaler_fit(scaler, run->train);
    if (status == BP_OK)
        status = bp_scaler_apply(scaler, run->train);
    if (status == BP_OK)
        status = bp_scaler_apply(scaler, run->held);
    if (status == BP_ENOMEM)
        (void)no_memory(cross);
    else if (status != BP_OK)
        (void)fail_run(cross, status, bp_scaler_error(scaler));
    bp_scaler_destroy(scaler);
    return status;
}

static bp_status begin(const struct cross *cross, struct run *run)
{
    struct bp_text why;
    const bp_status status = bp_twin_begin(&run->twin, cross->trainer, run->seed, &why);

    return status == BP_OK ? BP_OK : fail_run(cross, status, why.line);
}

static bp_status judge(const struct cross *cross, struct bp_workspace *workspace,
                       struct run *run)
{
    const struct bp_look look = {&cross->trainer->cost, cross->metrics};
    bp_evaluation result = {.struct_size = sizeof result};
    bp_status status;

    if (cross->metrics != NULL)
        (void)bp_metrics_reset(cross->metrics);
    status = bp_evaluate(workspace, &look, run->held, &result);
    if (status != BP_OK)
        return fail_run(cross, status, workspace->text.line);
    run->cost = result.cost;
    run->score = result.cost;
    if (cross->metrics == NULL)
        return BP_OK;
    status = bp_metrics_value(cross->metrics, cross->options.metric,
                              cross->options.metric_index, &run->score);
    return status == BP_OK ? BP_OK : fail_run(cross, status, cross->metrics->text.line);
}

static bp_status train(const struct cross *cross, struct run *run)
{
    struct bp_workspace *workspace = NULL;
    bp_status status;

    run->result.struct_size = sizeof run->result;
    status = bp_trainer_train(run->twin.trainer, run->train, &cross->fit, &run->result);
    if (status != BP_OK)
        return fail_run(cross, status, run->twin.trainer->text.line);
    if (bp_workspace_create(run->twin.network, 64, &workspace) != BP_OK)
        return no_memory(cross);
    status = judge(cross, workspace, run);
    bp_workspace_destroy(workspace);
    return status;
}

static void release(struct run *run)
{
    bp_twin_release(&run->twin);
    bp_dataset_destroy(run->train);
    bp_dataset_destroy(run->held);
}

static bp_status report_run(const struct cross *cross, const struct run *run)
{
    const bp_cross_run record = {
        .struct_size = sizeof record,
        .run = cross->done,
        .runs = cross->options.folds * cross->options.repeats,
        .repeat = run->repeat,
        .fold = run->fold,
        .seed = run->seed,
        .epochs = run->result.epochs,
        .score = run->score,
        .cost = run->cost,
        .network = run->twin.network,
    };

    if (cross->options.progress == NULL ||
        cross->options.progress(&record, cross->options.user) == 0)
        return BP_OK;
    return bp_fail(&cross->trainer->text, BP_ESTOPPED, "the callback stopped at run %llu",
                   (unsigned long long)cross->done);
}

static bp_status one_run(struct cross *cross, uint64_t repeat, uint64_t fold)
{
    struct run run = {.repeat = repeat,
                      .fold = fold,
                      .seed = seed_of(cross, cross->options.repeats + cross->done)};
    bp_status status =
        cross->options.folds > 1 ? take_fold(cross, &run) : take_all(cross, &run);

    if (status == BP_OK)
        status = scale(cross, &run);
    if (status == BP_OK)
        status = begin(cross, &run);
    if (status == BP_OK)
        status = train(cross, &run);
    if (status == BP_OK)
        status = report_run(cross, &run);
    if (status == BP_OK) {
        add(&cross->scores, run.score);
        add(&cross->costs, run.cost);
        add(&cross->epochs, (double)run.result.epochs);
        cross->done++;
    }
    release(&run);
    return status;
}

static bp_status all_runs(struct cross *cross)
{
    bp_status status = BP_OK;
    uint64_t repeat;
    uint64_t fold;

    for (repeat = 0; repeat < cross->options.repeats; repeat++)
        for (fold = 0; fold < cross->options.folds && status == BP_OK; fold++)
            status = one_run(cross, repeat, fold);
    return status;
}

/* ---- the call ---- */

static bp_status fail_number(struct bp_text *text, const char *name, double value,
                             const char *expected)
{
    return bp_fail(text, BP_EINVAL, "options.%s is %s, expected %s", name,
                   bp_number(value).text, expected);
}

static bp_status check_numbers(const bp_cross_options *options, struct bp_text *text)
{
    if (options->method < BP_SPLIT_ORDERED || options->method > BP_SPLIT_STRATIFIED)
        return fail_number(text, "method", options->method, "a BP_SPLIT_ value");
    if (options->held == NULL ? options->folds < 2 : options->folds != 1)
        return fail_number(text, "folds", (double)options->folds,
                           options->held == NULL ? "at least 2" : "1 with options.held");
    if (options->folds > 1000000)
        return fail_number(text, "folds", (double)options->folds, "at most 1e6");
    if (options->repeats == 0 || options->repeats > 1000000)
        return fail_number(text, "repeats", (double)options->repeats, "1 to 1e6");
    if (options->scaling < 0 || options->scaling > BP_SCALING_MIN_MAX)
        return fail_number(text, "scaling", options->scaling, "0 or a BP_SCALING_ value");
    return BP_OK;
}

static bp_status check_fit(struct cross *cross)
{
    const bp_fit_options *fit = cross->options.fit;
    struct bp_text *text = &cross->trainer->text;

    if (fit == NULL)
        return bp_fit_options_init(&cross->fit);
    if (fit->struct_size != sizeof *fit)
        return bp_fail(text, BP_EINVAL, "options.fit.struct_size is %u, expected %zu",
                       (unsigned)fit->struct_size, sizeof *fit);
    if (fit->validation != NULL)
        return bp_fail(text, BP_EINVAL,
                       "options.fit.validation is given, expected a fraction or NULL");
    if (fit->checkpoint != NULL || fit->checkpoint_best != NULL || fit->resume != 0)
        return bp_fail(text, BP_EINVAL,
                       "options.fit.%s is given, expected NULL: it would be that of "
                       "every run",
                       fit->resume != 0          ? "resume"
                       : fit->checkpoint != NULL ? "checkpoint"
                                                 : "checkpoint_best");
    cross->fit = *fit;
    return BP_OK;
}

static bp_status check(struct cross *cross, const bp_cross_options *options,
                       const bp_cross_report *report)
{
    struct bp_text *text = &cross->trainer->text;
    bp_status status;

    if (cross->data == NULL || report == NULL)
        return bp_fail_null(text, cross->data == NULL ? "data" : "report");
    if (report->struct_size != sizeof *report)
        return bp_fail(text, BP_EINVAL, "report.struct_size is %u, expected %zu",
                       (unsigned)report->struct_size, sizeof *report);
    if (options != NULL && options->struct_size != sizeof *options)
        return bp_fail(text, BP_EINVAL, "options.struct_size is %u, expected %zu",
                       (unsigned)options->struct_size, sizeof *options);
    if (options != NULL)
        cross->options = *options;
    else
        (void)bp_cross_options_init(&cross->options);
    status = check_numbers(&cross->options, text);
    if (status == BP_OK)
        status = check_fit(cross);
    return status == BP_OK ? bp_trainer_check_idle(cross->trainer) : status;
}

/* Metrics of the memory that the network has. */
static bp_status create_metrics(struct cross *cross)
{
    const bp_env env = env_of(cross);
    bp_status status;

    if (cross->options.metric == BP_MONITOR_COST)
        return BP_OK;
    if (bp_metrics_create(bp_network_width(cross->trainer->network), &env,
                          &cross->metrics) != BP_OK)
        return no_memory(cross);
    status = bp_metrics_check(cross->metrics, cross->options.metric,
                              cross->options.metric_index, &cross->metrics->text);
    if (status != BP_OK)
        return bp_fail(&cross->trainer->text, status, "options.metric: %.180s",
                       cross->metrics->text.line);
    return bp_metrics_set(cross->metrics, BP_METRICS_SCORES,
                          cross->options.metric == BP_METRIC_ROC_AUC);
}

static bp_cross_report report_of(const struct cross *cross, double seconds)
{
    return (bp_cross_report){
        .struct_size = sizeof(bp_cross_report),
        .runs = cross->done,
        .mean = cross->scores.mean,
        .deviation = deviation(&cross->scores),
        .least = cross->scores.least,
        .most = cross->scores.most,
        .cost_mean = cross->costs.mean,
        .cost_deviation = deviation(&cross->costs),
        .epochs_mean = cross->epochs.mean,
        .seconds = seconds,
    };
}

bp_status bp_trainer_cross_validate(bp_trainer *trainer, const bp_dataset *data,
                                    const bp_cross_options *options,
                                    bp_cross_report *report)
{
    struct cross cross = {.trainer = trainer, .data = data};
    const struct bp_host *host;
    bp_status status;
    double began;

    if (trainer == NULL)
        return BP_EINVAL;
    status = check(&cross, options, report);
    if (status != BP_OK)
        return status;
    host = &trainer->network->host;
    began = bp_host_seconds(host);
    status = create_metrics(&cross);
    if (status == BP_OK)
        status = all_runs(&cross);
    bp_metrics_destroy(cross.metrics);
    if (status == BP_OK)
        *report = report_of(&cross, bp_host_seconds(host) - began);
    return status;
}
