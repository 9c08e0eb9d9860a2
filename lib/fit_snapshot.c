/* SPDX-License-Identifier: MIT */
#include "fit_snapshot.h"

#include <string.h>

/* ---- out ---- */

/* The fit that is at work now, or one that was put in. */
static struct bp_carry carry_of(const struct bp_trainer *trainer)
{
    return trainer->fit != NULL ? bp_fit_carry(trainer->fit) : trainer->carry;
}

bp_status bp_snapshot_take(bp_snapshot *snapshot, const bp_trainer *trainer)
{
    struct bp_snapshot_content content = {.tensor_count = 0};
    struct bp_transfer transfer = {.out = true, .content = &content};
    struct bp_trainer copy;

    if (snapshot == NULL)
        return BP_EINVAL;
    if (trainer == NULL)
        return bp_fail_null(&snapshot->text, "trainer");
    if (!trainer->built)
        return bp_fail(&snapshot->text, BP_ESTATE, "the trainer is not built");
    copy = *trainer;
    copy.carry = carry_of(trainer);
    transfer.host = &snapshot->host;
    transfer.trainer = &copy;
    transfer.text = &snapshot->text;
    bp_transfer_numbers(&transfer);
    bp_transfer_tensors(&transfer);
    if (transfer.status != BP_OK) {
        bp_snapshot_free(&snapshot->host, &content);
        return bp_fail(&snapshot->text, transfer.status, "no memory for the snapshot");
    }
    bp_snapshot_free(&snapshot->host, &snapshot->content);
    snapshot->content = content;
    return BP_OK;
}

/* ---- in ---- */

/* A copy with layers' settings of its own, at the beginning of an epoch: there settings
 * may change. */
static bp_status begin(struct bp_trainer *copy, const struct bp_trainer *trainer)
{
    const struct bp_network *network = trainer->network;

    *copy = *trainer;
    copy->row = 0;
    copy->carry = (struct bp_carry){.there = false};
    copy->layers = bp_host_allocate(&network->host, network->count * BP_LAYER_GROUP_SIZE);
    return copy->layers != NULL ? BP_OK : BP_ENOMEM;
}

static void end(struct bp_trainer *copy)
{
    const struct bp_network *network = copy->network;

    bp_host_release(&network->host, copy->layers, network->count * BP_LAYER_GROUP_SIZE);
}

/* All was checked: from here on nothing fails. */
static void replace(struct bp_trainer *trainer, struct bp_trainer *copy)
{
    const struct bp_text text = trainer->text;
    const struct bp_text optimizer_text = trainer->optimizer.text;
    double *const layers = trainer->layers;

    memcpy(layers, copy->layers, trainer->network->count * BP_LAYER_GROUP_SIZE);
    bp_trainer_drop_carry(trainer);
    *trainer = *copy;
    trainer->layers = layers;
    trainer->text = text;
    trainer->optimizer.text = optimizer_text;
    trainer->has_gradient = false;
    trainer->keeps_gradient = false;
}

static bp_status restore(struct bp_trainer *trainer, const bp_snapshot *snapshot)
{
    struct bp_snapshot_content content = snapshot->content;
    struct bp_trainer copy;
    struct bp_transfer transfer = {
        .content = &content, .trainer = &copy, .text = &trainer->text};

    if (begin(&copy, trainer) != BP_OK)
        return bp_fail(&trainer->text, BP_ENOMEM, "no memory to restore the trainer");
    bp_transfer_numbers(&transfer);
    bp_transfer_tensors(&transfer);
    if (transfer.status == BP_OK) {
        bp_transfer_give(&transfer);
        replace(trainer, &copy);
    } else {
        bp_trainer_drop_carry(&copy);
    }
    end(&copy);
    return transfer.status;
}

bp_status bp_trainer_restore(bp_trainer *trainer, const bp_snapshot *snapshot)
{
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    if (snapshot == NULL)
        return bp_fail_null(&trainer->text, "snapshot");
    status = bp_trainer_check(trainer);
    return status == BP_OK ? restore(trainer, snapshot) : status;
}
