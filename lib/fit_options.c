/* SPDX-License-Identifier: MIT */
/* A fit with options: what they may be, and the calls that have them. */
#include "fit.h"

bp_status bp_fit_options_init(bp_fit_options *options)
{
    if (options == NULL)
        return BP_EINVAL;
    *options = (bp_fit_options){
        .struct_size = sizeof *options,
        .monitor = BP_MONITOR_COST,
        .monitor_index = BP_INDEX_ALL,
        .restore_best = 1,
        .epochs = 100,
        .validate_every = 1,
        .validation_split = BP_SPLIT_SHUFFLED,
        .validation_seed = 1,
    };
    return BP_OK;
}

static bp_status fail_number(struct bp_text *text, const char *name, double value,
                             const char *expected)
{
    return bp_fail(text, BP_EINVAL, "options.%s is %s, expected %s", name,
                   bp_number(value).text, expected);
}

static bp_status check_counts(const bp_fit_options *options, struct bp_text *text)
{
    if (options->restore_best != 0 && options->restore_best != 1)
        return fail_number(text, "restore_best", options->restore_best, "0 or 1");
    if (options->resume != 0 && options->resume != 1)
        return fail_number(text, "resume", options->resume, "0 or 1");
    if (options->epochs == 0)
        return fail_number(text, "epochs", 0, "at least 1");
    if (options->validate_every == 0)
        return fail_number(text, "validate_every", 0, "at least 1");
    if (options->validation_split < BP_SPLIT_ORDERED ||
        options->validation_split > BP_SPLIT_STRATIFIED)
        return fail_number(text, "validation_split", options->validation_split,
                           "a BP_SPLIT_ value");
    return BP_OK;
}

/* Written so that NaN is out of every range. */
static bp_status check_numbers(const bp_fit_options *options, struct bp_text *text)
{
    const double change = options->minimum_change;
    const double fraction = options->validation_fraction;
    const double seconds = options->seconds;

    if (!(change >= 0 && change - change == 0))
        return fail_number(text, "minimum_change", change, "at least 0 and finite");
    if (!(fraction >= 0 && fraction < 1))
        return fail_number(text, "validation_fraction", fraction,
                           "at least 0 and below 1");
    if (!(seconds >= 0 && seconds - seconds == 0))
        return fail_number(text, "seconds", seconds, "at least 0 and finite");
    return BP_OK;
}

static bp_status check_checkpoint(const bp_fit_options *options, struct bp_text *text)
{
    const double seconds = options->checkpoint_seconds;

    if (!(seconds >= 0 && seconds - seconds == 0))
        return fail_number(text, "checkpoint_seconds", seconds, "at least 0 and finite");
    if (options->checkpoint == NULL && (seconds > 0 || options->checkpoint_epochs > 0))
        return bp_fail(text, BP_EINVAL,
                       "options.checkpoint is NULL, expected a path for what is to be "
                       "kept after seconds or epochs");
    return BP_OK;
}

static bp_status check_monitor(const bp_fit_options *options, struct bp_text *text)
{
    const bool held = options->validation != NULL || options->validation_fraction > 0;
    const struct bp_metrics *metrics = options->metrics;
    struct bp_text why;

    if (options->validation != NULL && options->validation_fraction > 0)
        return bp_fail(text, BP_EINVAL,
                       "options.validation and validation_fraction are both given, "
                       "expected one of them");
    if (metrics != NULL && !held)
        return bp_fail(text, BP_EINVAL,
                       "options.metrics is given without held-out rows for it");
    if (options->monitor == BP_MONITOR_COST)
        return BP_OK;
    if (metrics == NULL)
        return bp_fail(text, BP_EINVAL,
                       "options.metrics is NULL, expected metrics for the monitor");
    if (bp_metrics_check(metrics, options->monitor, options->monitor_index, &why) !=
        BP_OK)
        return bp_fail(text, BP_EINVAL, "options.monitor: %.180s", why.line);
    return BP_OK;
}

static bp_status check_options(const bp_fit_options *options, struct bp_text *text)
{
    bp_status status = check_counts(options, text);

    if (status == BP_OK)
        status = check_numbers(options, text);
    if (status == BP_OK)
        status = check_checkpoint(options, text);
    if (status == BP_OK)
        status = check_monitor(options, text);
    return status;
}

/* A plateau that sees what is monitored must know whether more of it is better. */
static bp_status check_plateau(const struct bp_watch *watch)
{
    const struct bp_schedule_spec *schedule = &watch->trainer->schedule;
    const bool more = bp_metric_higher_is_better(watch->options.monitor) != 0;

    if (!bp_schedule_watches(schedule, BP_SCHEDULE_LOOKS) ||
        bp_schedule_maximizes(schedule) == more)
        return BP_OK;
    return bp_fail(&watch->trainer->text, BP_EINVAL,
                   "the schedule's BP_SCHEDULE_MAXIMIZE is %d, expected %d for what is "
                   "monitored",
                   !more, more);
}

static bp_status check(struct bp_watch *watch, const bp_fit_result *result)
{
    struct bp_text *text = &watch->trainer->text;
    bp_status status = check_options(&watch->options, text);

    if (status == BP_OK)
        status = check_plateau(watch);

    if (status == BP_OK && result != NULL && result->struct_size != sizeof *result)
        return bp_fail(text, BP_EINVAL, "result.struct_size is %u, expected %zu",
                       (unsigned)result->struct_size, sizeof *result);
    return status == BP_OK ? bp_fit_check(watch->trainer, watch->train) : status;
}

static bp_fit_result result_of(const struct bp_fit *fit)
{
    const struct bp_watch *watch = fit->watch;

    return (bp_fit_result){
        .struct_size = sizeof(bp_fit_result),
        .reason = fit->reason != 0 ? fit->reason : BP_FIT_EPOCHS,
        .epochs = fit->done,
        .best_epoch = watch->best_epoch,
        .best = watch->best,
        .cost = bp_fit_cost(fit),
        .validation_cost = watch->validation_cost,
        .seconds = bp_host_seconds(&fit->trainer->network->host) - fit->began,
    };
}

static bp_status run(struct bp_watch *watch, bp_fit_result *result)
{
    struct bp_fit fit = {.trainer = watch->trainer,
                         .data = watch->train,
                         .feed = watch->feed.stream != NULL ? &watch->feed : NULL,
                         .epochs = watch->options.epochs,
                         .progress = watch->options.progress,
                         .user = watch->options.user,
                         .watch = watch};
    bp_status status = bp_watch_resume(watch, &fit);

    if (status != BP_OK)
        return status;
    status = bp_fit_run(&fit);
    bp_watch_restore(watch);
    if (status == BP_OK && result != NULL)
        *result = result_of(&fit);
    return status;
}

static bp_status take_options(struct bp_watch *watch, const bp_fit_options *options)
{
    if (options == NULL)
        return bp_fit_options_init(&watch->options);
    if (options->struct_size != sizeof *options)
        return bp_fail(&watch->trainer->text, BP_EINVAL,
                       "options.struct_size is %u, expected %zu",
                       (unsigned)options->struct_size, sizeof *options);
    watch->options = *options;
    return BP_OK;
}

/* What was checked is reserved and done. */
static bp_status work(struct bp_watch *watch, bp_fit_result *result)
{
    bp_status status = bp_watch_create(watch);

    if (status == BP_OK)
        status = run(watch, result);
    bp_watch_release(watch);
    return status;
}

bp_status bp_trainer_train(bp_trainer *trainer, const bp_dataset *data,
                           const bp_fit_options *options, bp_fit_result *result)
{
    struct bp_watch watch = {.trainer = trainer, .train = data};
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    status = take_options(&watch, options);
    if (status == BP_OK)
        status = check(&watch, result);
    return status == BP_OK ? work(&watch, result) : status;
}

/* ---- on a stream ---- */

static bp_status check_stream(struct bp_trainer *trainer, const bp_stream *stream)
{
    if (stream == NULL)
        return bp_fail_null(&trainer->text, "stream");
    if (stream->source.fill == NULL)
        return bp_fail(&trainer->text, BP_ESTATE, "stream has no source");
    if (stream->busy)
        return bp_fail(&trainer->text, BP_EBUSY, "stream is busy with another call");
    return bp_trainer_check(trainer);
}

/* Whether a thread may fetch rows beside those that work on a step. */
static bool may_have_thread(const struct bp_network *network)
{
    double threads = 0;

    (void)bp_network_get(network, BP_NETWORK_THREADS, &threads);
    return network->host.parallel.run == NULL && threads != 1 &&
           (threads != 0 || bp_team_processors() > 1);
}

/* Windows of whole batches, and no longer than the rows need. */
static bp_status create_feed(struct bp_watch *watch, struct bp_stream *stream)
{
    const struct bp_trainer *trainer = watch->trainer;
    const uint64_t batch = trainer->model.pass.capacity;
    uint64_t rows = (uint64_t)stream->settings[BP_STREAM_WINDOW - 1];
    bp_status status;

    if (rows > stream->shape.rows)
        rows = stream->shape.rows;
    status =
        bp_feed_create(&watch->feed, stream, (size_t)((rows + batch - 1) / batch * batch),
                       may_have_thread(trainer->network), &watch->trainer->text);
    if (status == BP_OK)
        watch->train = bp_feed_data(&watch->feed);
    return status;
}

static bp_status train_stream(struct bp_watch *watch, struct bp_stream *stream,
                              bp_fit_result *result)
{
    struct bp_trainer *trainer = watch->trainer;
    bp_status status = create_feed(watch, stream);

    if (status == BP_OK)
        status = check(watch, result);
    if (status == BP_OK)
        status = bp_fit_check_batches(trainer, (size_t)stream->shape.rows);
    if (status == BP_OK)
        status = work(watch, result);
    bp_feed_release(&watch->feed);
    return status;
}

bp_status bp_trainer_train_stream(bp_trainer *trainer, bp_stream *stream,
                                  const bp_fit_options *options, bp_fit_result *result)
{
    struct bp_watch watch = {.trainer = trainer};
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    status = take_options(&watch, options);
    if (status == BP_OK)
        status = check_stream(trainer, stream);
    if (status == BP_OK && watch.options.validation_fraction != 0)
        return bp_fail(&trainer->text, BP_EINVAL,
                       "options.validation_fraction is %s, expected 0 for a stream",
                       bp_number(watch.options.validation_fraction).text);
    return status == BP_OK ? train_stream(&watch, stream, result) : status;
}
