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

/* Rows of an epoch. */
static size_t rows_of(const struct bp_fit *fit)
{
    return fit->feed != NULL ? (size_t)fit->feed->stream->shape.rows
                             : bp_dataset_rows(fit->data);
}

/* The first row of the window that `row` is in; a data set is one window. */
static size_t window_of(const struct bp_fit *fit, size_t row)
{
    return fit->feed != NULL ? row - row % fit->feed->size : 0;
}

/* The order of a window follows from seed, epoch and its first row alone, so that an
 * epoch which was stopped finds its order again. A shuffle takes one number a row: those
 * of one window end where those of the next begin. */
static void draw_order(struct bp_trainer *trainer, size_t first, size_t rows)
{
    struct bp_rng rng = {.seed = trainer->seed,
                         .stream = BP_STREAM_SHUFFLE,
                         .tensor = (uint32_t)trainer->epoch,
                         .element = first};
    size_t i;

    for (i = 0; i < rows; i++)
        trainer->order[i] = i;
    if (trainer->settings[BP_TRAINER_SHUFFLE - 1] != 0)
        bp_rng_shuffle(&rng, trainer->order, rows);
}

/* Add what the first `count` rows of a window weigh, batch by batch, as they were summed
 * when they were trained on. */
static void add_weight_done(struct bp_fit *fit, size_t count)
{
    const size_t capacity = fit->trainer->model.pass.capacity;
    double batch = 0;
    size_t row;

    for (row = 0; row < count; row++) {
        batch += bp_dataset_weight_at(fit->data, fit->trainer->order[row]);
        if ((row + 1) % capacity == 0 || row + 1 == count) {
            fit->weight += batch;
            batch = 0;
        }
    }
}

/* Make the window that begins with row `first` the one that is trained on. */
static bp_status load_window(struct bp_fit *fit, size_t first)
{
    struct bp_trainer *trainer = fit->trainer;
    bp_status status = BP_OK;

    if (fit->feed != NULL) {
        status = bp_feed_get(fit->feed, trainer->epoch, first, &trainer->text);
        fit->data = bp_feed_data(fit->feed);
    }
    if (status == BP_OK)
        draw_order(trainer, first, bp_dataset_rows(fit->data));
    return status;
}

/* While the steps run on this window, the next is fetched: of this epoch, or the first of
 * the one that follows in this fit. */
static void fetch_ahead(struct bp_fit *fit, size_t first)
{
    const size_t next = first + bp_dataset_rows(fit->data);

    if (fit->feed == NULL)
        return;
    if (next < fit->trainer->epoch_rows)
        bp_feed_begin(fit->feed, fit->trainer->epoch, next);
    else if (fit->done + 1 < fit->epochs)
        bp_feed_begin(fit->feed, fit->trainer->epoch + 1, 0);
}

/* The window of the cursor. Those before it count with their weights; where rows have
 * none, it is known what they weigh. */
static bp_status find_window(struct bp_fit *fit)
{
    const size_t row = fit->trainer->row;
    const size_t first = window_of(fit, row);
    const bool weighted = fit->feed != NULL && fit->feed->stream->shape.weighted;
    size_t before = weighted ? 0 : first;
    bp_status status = BP_OK;

    fit->weight = (double)before;
    for (; before < first && status == BP_OK; before += fit->feed->size) {
        status = load_window(fit, before);
        if (status == BP_OK)
            add_weight_done(fit, fit->feed->size);
    }
    if (status == BP_OK)
        status = load_window(fit, first);
    if (status != BP_OK)
        return status;
    add_weight_done(fit, row - first);
    fetch_ahead(fit, first);
    return BP_OK;
}

/* Begin an epoch, or take up one that was stopped on as many rows. */
static bp_status begin_epoch(struct bp_fit *fit)
{
    struct bp_trainer *trainer = fit->trainer;
    const size_t rows = rows_of(fit);

    if (trainer->row == 0 || trainer->epoch_rows != rows) {
        trainer->row = 0;
        trainer->epoch_rows = rows;
        trainer->epoch_cost = 0;
    }
    return find_window(fit);
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
    const size_t window = window_of(fit, trainer->row);

    return (struct bp_batch){
        .rows = left < capacity ? left : capacity,
        .data = fit->data,
        .order = trainer->order,
        .first = trainer->row - window,
        .origin = window,
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

/* Windows hold whole batches, so one ends where a batch does. */
static bp_status next_window(struct bp_fit *fit)
{
    const size_t row = fit->trainer->row;
    bp_status status;

    if (fit->feed == NULL || row == 0 || row % fit->feed->size != 0 ||
        fit->feed->windows[fit->feed->current].first == row)
        return BP_OK;
    status = load_window(fit, row);
    if (status != BP_OK)
        return fail_step(fit->trainer, status);
    fetch_ahead(fit, row);
    return BP_OK;
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
        status = next_window(fit);
        if (status == BP_OK)
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
    status = begin_epoch(fit);
    if (status != BP_OK)
        return fail_step(fit->trainer, status);
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
bp_status bp_fit_check_batches(struct bp_trainer *trainer, size_t rows)
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
        status = bp_fit_check_batches(trainer, bp_dataset_rows(data));
    return status;
}

bp_status bp_fit_run(struct bp_fit *fit)
{
    struct bp_trainer *trainer = fit->trainer;
    const size_t rows = rows_of(fit);
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
