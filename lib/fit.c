/* SPDX-License-Identifier: MIT */
/* Epochs over a data set, with a callback that sees progress and may stop. */
#include "fit.h"

#include "rng.h"

bp_status bp_fit_reserve_order(const struct bp_trainer *trainer, size_t rows,
                               struct bp_order *order, struct bp_text *text)
{
    size_t size;

    *order = (struct bp_order){NULL, 0};
    if (rows <= trainer->order_capacity)
        return BP_OK;
    if (bp_mul(rows, sizeof *order->rows, &size))
        order->rows = bp_host_allocate(&trainer->network->host, size);
    if (order->rows == NULL)
        return bp_fail(text, BP_ENOMEM, "no memory for the order of %zu rows", rows);
    order->count = rows;
    return BP_OK;
}

void bp_fit_release_order(const struct bp_trainer *trainer, struct bp_order *order)
{
    bp_host_release(&trainer->network->host, order->rows,
                    order->count * sizeof *order->rows);
    *order = (struct bp_order){NULL, 0};
}

void bp_fit_take_order(struct bp_trainer *trainer, struct bp_order *order)
{
    struct bp_order old = {trainer->order, trainer->order_capacity};

    if (order->rows == NULL)
        return;
    trainer->order = order->rows;
    trainer->order_capacity = order->count;
    bp_fit_release_order(trainer, &old);
    *order = (struct bp_order){NULL, 0};
}

/* The order of an epoch follows from seed and epoch alone, so that one which was stopped
 * finds its order again. */
static void draw_order(struct bp_trainer *trainer, size_t rows)
{
    struct bp_rng rng = {.seed = trainer->seed,
                         .stream = BP_STREAM_SHUFFLE,
                         .tensor = (uint32_t)trainer->epoch};
    size_t i;

    for (i = 0; i < rows; i++)
        trainer->order[i] = i;
    if (trainer->settings[BP_TRAINER_SHUFFLE - 1] != 0)
        bp_rng_shuffle(&rng, trainer->order, rows);
}

/* What the rows of an epoch up to the cursor weigh, batch by batch, as they were summed
 * when they were trained on. */
static double weight_done(const struct bp_trainer *trainer, const struct bp_dataset *data)
{
    const size_t capacity = trainer->model.pass.capacity;
    double sum = 0;
    double batch = 0;
    size_t row;

    for (row = 0; row < trainer->row; row++) {
        batch += bp_dataset_weight_at(data, trainer->order[row]);
        if ((row + 1) % capacity == 0 || row + 1 == trainer->row) {
            sum += batch;
            batch = 0;
        }
    }
    return sum;
}

/* Begin an epoch, or take up one that was stopped on as many rows. */
static void begin_epoch(struct bp_fit *fit)
{
    struct bp_trainer *trainer = fit->trainer;
    const size_t rows = bp_dataset_rows(fit->data);

    if (trainer->row == 0 || trainer->epoch_rows != rows) {
        trainer->row = 0;
        trainer->epoch_rows = rows;
        trainer->epoch_cost = 0;
    }
    draw_order(trainer, rows);
    fit->weight = weight_done(trainer, fit->data);
}

/* Rows that weigh nothing have cost 0. */
double bp_fit_cost(const struct bp_fit *fit)
{
    return fit->weight > 0 ? fit->trainer->epoch_cost / fit->weight : 0;
}

static double seconds_of(const struct bp_fit *fit)
{
    return bp_host_seconds(&fit->trainer->network->host) - fit->began;
}

/* The figures of the last look. */
static void add_watched(const struct bp_watch *watch, bp_progress *progress)
{
    if (watch == NULL || watch->looked == 0)
        return;
    progress->validation_epoch = watch->looked;
    progress->validation_cost = watch->validation_cost;
    progress->monitored = watch->monitored;
    progress->best = watch->best;
    progress->best_epoch = watch->best_epoch;
}

/* @p row rows of the epoch are done: also where the cursor is at 0 again. */
static bp_progress progress_of(const struct bp_fit *fit, int32_t event, size_t row)
{
    const struct bp_trainer *trainer = fit->trainer;
    const double seconds = seconds_of(fit);
    const double rate = seconds > 0 ? fit->trained / seconds : 0;
    bp_progress progress = {
        .struct_size = sizeof progress,
        .event = event,
        .epoch = event == BP_EVENT_EPOCH ? fit->done : fit->done + 1,
        .epochs = fit->epochs,
        .step = trainer->step,
        .rows_done = row,
        .rows = trainer->epoch_rows,
        .cost = bp_fit_cost(fit),
        .seconds = seconds,
        .rows_per_second = rate,
        .seconds_left = rate > 0 ? (fit->planned - fit->trained) / rate : 0,
        .step_cost = fit->step_cost,
    };

    (void)bp_trainer_get_rate(trainer, &progress.rate);
    add_watched(fit->watch, &progress);
    return progress;
}

static bp_status report(const struct bp_fit *fit, const bp_progress *progress)
{
    if (fit->progress == NULL || fit->progress(progress, fit->user) == 0)
        return BP_OK;
    return bp_fail(&fit->trainer->text, BP_ESTOPPED,
                   "the callback stopped the fit after step %llu",
                   (unsigned long long)fit->trainer->step);
}

/* No clock is asked where nobody wants to know. */
static bp_status report_step(struct bp_fit *fit, size_t row)
{
    const struct bp_watch *watch = fit->watch;
    bp_progress progress;

    if (watch != NULL && watch->options.seconds > 0 &&
        seconds_of(fit) >= watch->options.seconds)
        fit->reason = BP_FIT_TIME;
    if (fit->progress == NULL)
        return BP_OK;
    progress = progress_of(fit, BP_EVENT_STEP, row);
    return report(fit, &progress);
}

/* The history has an epoch before its callback can stop there. */
static bp_status report_epoch(const struct bp_fit *fit, size_t row)
{
    struct bp_history *history = fit->watch != NULL ? fit->watch->options.history : NULL;
    bp_progress progress;

    if (fit->progress == NULL && history == NULL)
        return BP_OK;
    progress = progress_of(fit, BP_EVENT_EPOCH, row);
    if (history != NULL)
        bp_history_add(history, &progress);
    return report(fit, &progress);
}

static struct bp_batch next_batch(const struct bp_fit *fit)
{
    const struct bp_trainer *trainer = fit->trainer;
    const size_t left = trainer->epoch_rows - trainer->row;
    const size_t capacity = trainer->model.pass.capacity;

    return (struct bp_batch){
        .rows = left < capacity ? left : capacity,
        .data = fit->data,
        .order = trainer->order,
        .first = trainer->row,
    };
}

/* The fault of a step, and which was the last that is complete. */
static bp_status fail_step(struct bp_trainer *trainer, bp_status status)
{
    const struct bp_text why = trainer->text;

    trainer->has_gradient = false;
    return bp_fail(&trainer->text, status, "%.180s (after step %llu)", why.line,
                   (unsigned long long)trainer->step);
}

static bp_status step(struct bp_fit *fit)
{
    struct bp_trainer *trainer = fit->trainer;
    const struct bp_batch batch = next_batch(fit);
    double cost = 0;
    double weight;
    bp_status status =
        bp_batch_check_targets(trainer->network, &trainer->cost, &batch, &trainer->text);

    if (status == BP_OK)
        status = bp_trainer_run_step(
            trainer, &batch, trainer->row + batch.rows == trainer->epoch_rows, &cost);
    if (status != BP_OK)
        return fail_step(trainer, status);
    trainer->row += batch.rows;
    fit->step_cost = cost;
    weight = bp_pass_weight(&trainer->model.pass);
    trainer->epoch_cost += cost * weight;
    fit->weight += weight;
    fit->trained += (double)batch.rows;
    return BP_OK;
}

/* The last step of an epoch completes it before its callback is called: one that stops
 * there stops between two epochs. */
static bp_status steps(struct bp_fit *fit, size_t *row)
{
    struct bp_trainer *trainer = fit->trainer;
    bp_status status;

    do {
        status = step(fit);
        if (status != BP_OK)
            return status;
        *row = trainer->row;
        if (*row == trainer->epoch_rows) {
            trainer->row = 0;
            trainer->epoch++;
            fit->due = true;
            bp_trainer_see_epoch(trainer, bp_fit_cost(fit));
        }
        status = bp_fit_keep_step(fit);
        if (status == BP_OK)
            status = report_step(fit, *row);
    } while (status == BP_OK && fit->reason == 0 && *row < trainer->epoch_rows);
    return status;
}

/* What comes after the last step of an epoch. */
static bp_status conclude(struct bp_fit *fit)
{
    bp_status status = BP_OK;

    fit->done++;
    fit->due = false;
    if (fit->watch != NULL)
        status = bp_watch_look(fit->watch, fit);
    if (status == BP_OK)
        status = bp_fit_keep_epoch(fit);
    return status == BP_OK ? report_epoch(fit, fit->trainer->epoch_rows) : status;
}

static bp_status epoch(struct bp_fit *fit)
{
    size_t row = 0;
    bp_status status = BP_OK;

    if (fit->watch != NULL)
        status = bp_watch_begin(fit->watch);
    if (status != BP_OK)
        return status;
    begin_epoch(fit);
    status = steps(fit, &row);
    return status == BP_OK && row == fit->trainer->epoch_rows ? conclude(fit) : status;
}

/* An epoch that was complete when its state was taken out, but not looked at. */
static bp_status take_up(struct bp_fit *fit)
{
    bp_status status = BP_OK;

    if (!fit->due)
        return BP_OK;
    status = bp_watch_begin(fit->watch);
    return status == BP_OK ? conclude(fit) : status;
}

/* The first and the last batch of an epoch, which may be a short one. */
static bp_status check_batches(struct bp_trainer *trainer, size_t rows)
{
    const size_t batch = trainer->model.pass.capacity;
    const size_t rest = rows % batch;

    return bp_model_check_rows(trainer->network, rest > 0 ? rest : batch, &trainer->text);
}

bp_status bp_fit_check(struct bp_trainer *trainer, const struct bp_dataset *data)
{
    bp_status status;

    if (data == NULL)
        return bp_fail_null(&trainer->text, "data");
    status = bp_trainer_check(trainer);
    if (status == BP_OK)
        status =
            bp_batch_check_data(trainer->network, &trainer->cost, data, &trainer->text);
    if (status == BP_OK)
        status = check_batches(trainer, bp_dataset_rows(data));
    return status;
}

bp_status bp_fit_run(struct bp_fit *fit)
{
    struct bp_trainer *trainer = fit->trainer;
    const size_t rows = bp_dataset_rows(fit->data);
    const size_t before = trainer->epoch_rows == rows ? trainer->row : 0;
    bp_status status;

    fit->planned =
        ((double)fit->epochs - (double)fit->done) * (double)rows - (double)before;
    if (fit->progress != NULL || fit->watch != NULL)
        fit->began = bp_host_seconds(&trainer->network->host);
    fit->kept_at = fit->began;
    bp_trainer_drop_carry(trainer);
    trainer->fit = fit->watch != NULL ? fit : NULL;
    trainer->busy = true;
    status = take_up(fit);
    while (status == BP_OK && fit->reason == 0 && fit->done < fit->epochs)
        status = epoch(fit);
    status = bp_fit_keep_end(fit, status);
    trainer->busy = false;
    trainer->fit = NULL;
    return status;
}

static bp_status check_and_reserve(struct bp_trainer *trainer,
                                   const struct bp_dataset *data)
{
    struct bp_order order;
    bp_status status = bp_fit_check(trainer, data);

    if (status == BP_OK)
        status =
            bp_fit_reserve_order(trainer, bp_dataset_rows(data), &order, &trainer->text);
    if (status == BP_OK)
        bp_fit_take_order(trainer, &order);
    return status;
}

bp_status bp_trainer_epoch(bp_trainer *trainer, const bp_dataset *data, double *cost)
{
    struct bp_fit fit = {.trainer = trainer, .data = data, .epochs = 1};
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    status = check_and_reserve(trainer, data);
    if (status == BP_OK)
        status = bp_fit_run(&fit);
    if (status == BP_OK && cost != NULL)
        *cost = bp_fit_cost(&fit);
    return status;
}

bp_status bp_trainer_fit(bp_trainer *trainer, const bp_dataset *data, uint64_t epochs,
                         bp_progress_fn progress, void *user)
{
    struct bp_fit fit = {.trainer = trainer,
                         .data = data,
                         .epochs = epochs,
                         .progress = progress,
                         .user = user};
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    if (epochs == 0)
        return bp_fail(&trainer->text, BP_EINVAL, "epochs is 0, expected at least 1");
    status = check_and_reserve(trainer, data);
    return status == BP_OK ? bp_fit_run(&fit) : status;
}
