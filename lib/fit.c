/* SPDX-License-Identifier: MIT */
/* Epochs over a data set, with a callback that sees progress and may stop. */
#include "rng.h"
#include "trainer.h"

/** What a fit carries from step to step. */
struct fit {
    struct bp_trainer *trainer;
    const struct bp_dataset *data;
    uint64_t epochs; /**< To be completed in this call. */
    uint64_t done;   /**< Of these. */
    bp_progress_fn progress;
    void *user;
    double began;   /**< Clock at the beginning. */
    double trained; /**< Rows, in this call. */
    double planned; /**< Rows, in this call. */
};

static bp_status reserve_order(struct bp_trainer *trainer, size_t rows)
{
    const struct bp_host *host = &trainer->network->host;
    size_t size;
    size_t *order;

    if (rows <= trainer->order_capacity)
        return BP_OK;
    order = bp_mul(rows, sizeof *order, &size) ? bp_host_allocate(host, size) : NULL;
    if (order == NULL)
        return bp_fail(&trainer->text, BP_ENOMEM, "no memory for the order of %zu rows",
                       rows);
    bp_host_release(host, trainer->order, trainer->order_capacity * sizeof *order);
    trainer->order = order;
    trainer->order_capacity = rows;
    return BP_OK;
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

/* Begin an epoch, or take up one that was stopped on as many rows. */
static void begin_epoch(struct bp_trainer *trainer, size_t rows)
{
    if (trainer->row == 0 || trainer->epoch_rows != rows) {
        trainer->row = 0;
        trainer->epoch_rows = rows;
        trainer->epoch_cost = 0;
    }
    draw_order(trainer, rows);
}

static double mean_cost(const struct bp_trainer *trainer, size_t row)
{
    return trainer->epoch_cost / (double)row;
}

/* @p row rows of the epoch are done: also where the cursor is at 0 again. */
static bp_status report(const struct fit *fit, int32_t event, size_t row)
{
    const struct bp_trainer *trainer = fit->trainer;
    const double seconds = bp_host_seconds(&trainer->network->host) - fit->began;
    const double rate = seconds > 0 ? fit->trained / seconds : 0;
    const bp_progress progress = {
        .struct_size = sizeof progress,
        .event = event,
        .epoch = event == BP_EVENT_EPOCH ? fit->done : fit->done + 1,
        .epochs = fit->epochs,
        .step = trainer->step,
        .rows_done = row,
        .rows = trainer->epoch_rows,
        .cost = mean_cost(trainer, row),
        .seconds = seconds,
        .rows_per_second = rate,
        .seconds_left = rate > 0 ? (fit->planned - fit->trained) / rate : 0,
    };

    if (fit->progress(&progress, fit->user) == 0)
        return BP_OK;
    return bp_fail(&fit->trainer->text, BP_ESTOPPED,
                   "the callback stopped the fit after step %llu",
                   (unsigned long long)trainer->step);
}

static struct bp_batch next_batch(const struct fit *fit)
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

static bp_status step(struct fit *fit)
{
    struct bp_trainer *trainer = fit->trainer;
    const struct bp_batch batch = next_batch(fit);
    double cost = 0;
    bp_status status =
        bp_batch_check_targets(trainer->network, &trainer->cost, &batch, &trainer->text);

    if (status == BP_OK)
        status = bp_trainer_run_step(
            trainer, &batch, trainer->row + batch.rows == trainer->epoch_rows, &cost);
    if (status != BP_OK)
        return fail_step(trainer, status);
    trainer->row += batch.rows;
    trainer->epoch_cost += cost * (double)batch.rows;
    fit->trained += (double)batch.rows;
    return BP_OK;
}

/* The last step of an epoch completes it before its callback is called: one that stops
 * there stops between two epochs. */
static bp_status epoch(struct fit *fit)
{
    struct bp_trainer *trainer = fit->trainer;
    size_t row;
    bp_status status = BP_OK;

    begin_epoch(trainer, bp_dataset_rows(fit->data));
    do {
        status = step(fit);
        if (status != BP_OK)
            return status;
        row = trainer->row;
        if (row == trainer->epoch_rows) {
            trainer->row = 0;
            trainer->epoch++;
            bp_trainer_see_epoch(trainer, mean_cost(trainer, row));
        }
        if (fit->progress != NULL)
            status = report(fit, BP_EVENT_STEP, row);
    } while (status == BP_OK && row < trainer->epoch_rows);
    fit->done += row == trainer->epoch_rows;
    if (status == BP_OK && fit->progress != NULL)
        status = report(fit, BP_EVENT_EPOCH, row);
    return status;
}

/* The first and the last batch of an epoch, which may be a short one. */
static bp_status check_batches(struct bp_trainer *trainer, size_t rows)
{
    const size_t batch = trainer->model.pass.capacity;
    const size_t rest = rows % batch;

    return bp_model_check_rows(trainer->network, rest > 0 ? rest : batch, &trainer->text);
}

static bp_status check(struct bp_trainer *trainer, const struct bp_dataset *data)
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
    return status == BP_OK ? reserve_order(trainer, bp_dataset_rows(data)) : status;
}

static bp_status run(struct fit *fit)
{
    struct bp_trainer *trainer = fit->trainer;
    const size_t rows = bp_dataset_rows(fit->data);
    const size_t before = trainer->epoch_rows == rows ? trainer->row : 0;
    bp_status status = BP_OK;

    fit->planned = (double)fit->epochs * (double)rows - (double)before;
    if (fit->progress != NULL)
        fit->began = bp_host_seconds(&trainer->network->host);
    trainer->busy = true;
    while (status == BP_OK && fit->done < fit->epochs)
        status = epoch(fit);
    trainer->busy = false;
    return status;
}

bp_status bp_trainer_epoch(bp_trainer *trainer, const bp_dataset *data, double *cost)
{
    struct fit fit = {.trainer = trainer, .data = data, .epochs = 1};
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    status = check(trainer, data);
    if (status == BP_OK)
        status = run(&fit);
    if (status == BP_OK && cost != NULL)
        *cost = mean_cost(trainer, trainer->epoch_rows);
    return status;
}

bp_status bp_trainer_fit(bp_trainer *trainer, const bp_dataset *data, uint64_t epochs,
                         bp_progress_fn progress, void *user)
{
    struct fit fit = {.trainer = trainer,
                      .data = data,
                      .epochs = epochs,
                      .progress = progress,
                      .user = user};
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    if (epochs == 0)
        return bp_fail(&trainer->text, BP_EINVAL, "epochs is 0, expected at least 1");
    status = check(trainer, data);
    return status == BP_OK ? run(&fit) : status;
}
