/* SPDX-License-Identifier: MIT */
/*
 * Files that a fit keeps while it runs: the last state, and the best. Each is written as
 * a whole or not at all, so that a process which dies at any moment goes on from the
 * newest whole one.
 */
#include "fit_snapshot.h"

static bp_status save(const struct bp_fit *fit, const char *path)
{
    struct bp_trainer *trainer = fit->trainer;
    struct bp_snapshot state = {.host = trainer->network->host};
    bp_status status = bp_snapshot_take(&state, trainer);

    if (status == BP_OK)
        status = bp_snapshot_save(&state, path);
    bp_snapshot_free(&state.host, &state.content);
    if (status == BP_OK)
        return BP_OK;
    return bp_fail(&trainer->text, status, "checkpoint: %.220s", state.text.line);
}

static bp_status save_last(struct bp_fit *fit)
{
    const bp_status status = save(fit, fit->watch->options.checkpoint);

    fit->kept = status == BP_OK;
    fit->kept_at = bp_host_seconds(&fit->trainer->network->host);
    return status;
}

/* No clock is asked where nobody wants to know. */
static bool is_time(const struct bp_fit *fit)
{
    const double every = fit->watch->options.checkpoint_seconds;

    return every > 0 &&
           bp_host_seconds(&fit->trainer->network->host) - fit->kept_at >= every;
}

bp_status bp_fit_keep_step(struct bp_fit *fit)
{
    fit->kept = false;
    if (fit->watch == NULL || fit->due || !is_time(fit))
        return BP_OK;
    return save_last(fit);
}

bp_status bp_fit_keep_epoch(struct bp_fit *fit)
{
    const struct bp_watch *watch = fit->watch;
    bp_status status = BP_OK;

    fit->kept = false;
    if (watch == NULL)
        return BP_OK;
    if (watch->options.checkpoint_best != NULL && watch->best_epoch == fit->done)
        status = save(fit, watch->options.checkpoint_best);
    if (status != BP_OK || watch->options.checkpoint == NULL)
        return status;
    if (is_time(fit) || (watch->options.checkpoint_epochs > 0 &&
                         fit->done % watch->options.checkpoint_epochs == 0))
        status = save_last(fit);
    return status;
}

bp_status bp_fit_keep_end(struct bp_fit *fit, bp_status status)
{
    const struct bp_watch *watch = fit->watch;
    const struct bp_text line = fit->trainer->text;
    bp_status saved = BP_OK;

    if (watch == NULL || watch->options.checkpoint == NULL || fit->kept ||
        (status != BP_OK && status != BP_ESTOPPED))
        return status;
    saved = save_last(fit);
    if (saved == BP_OK)
        fit->trainer->text = line;
    return saved == BP_OK ? status : saved;
}
