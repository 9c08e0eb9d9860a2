/* SPDX-License-Identifier: MIT */
#include "twin.h"

#include <string.h>

/* What a trainer is before it is built, on the twin's network. */
static bp_status create_alike(struct bp_twin *twin, const struct bp_trainer *trainer)
{
    const struct bp_cost cost = {.spec = trainer->cost};
    const bp_status status =
        bp_trainer_create(twin->network, &cost, &trainer->optimizer, &twin->trainer);

    if (status != BP_OK)
        return status;
    memcpy(twin->trainer->settings, trainer->settings, sizeof trainer->settings);
    memcpy(twin->trainer->layers, trainer->layers,
           trainer->network->count * BP_LAYER_GROUP_SIZE);
    twin->trainer->schedule = trainer->schedule;
    return BP_OK;
}

/* The optimizer's spans. Their number may differ from that of a trainer that is built
 * now, where settings of L-BFGS have changed since. */
static bp_status copy_spans(struct bp_trainer *to, const struct bp_trainer *from)
{
    const size_t size = from->network->engine->element_size;
    const struct bp_plan plan = {.element_size = size, .count = from->state.size / size};
    bp_status status = BP_OK;

    if (to->state.size != from->state.size) {
        bp_arena_release(&to->state, &to->network->host);
        to->state = (struct bp_arena){NULL, 0};
        status = bp_arena_reserve(&to->state, &to->network->host, &plan);
    }
    if (status == BP_OK && from->state.size > 0)
        memcpy(to->state.base, from->state.base, from->state.size);
    to->states = from->states;
    to->slots = from->slots;
    return status;
}

static void copy_numbers(struct bp_trainer *to, const struct bp_trainer *from)
{
    to->plateau = from->plateau;
    to->optimizer_state = from->optimizer_state;
    to->lbfgs = from->lbfgs;
    to->sum_batches = from->sum_batches;
    to->sum_rows = from->sum_rows;
    to->step = from->step;
    to->epoch = from->epoch;
    to->row = from->row;
    to->epoch_rows = from->epoch_rows;
    to->epoch_cost = from->epoch_cost;
}

/* The fault of one of the twin's own objects. */
static bp_status fail(struct bp_twin *twin, bp_status status, struct bp_text *text)
{
    if (status == BP_ENOMEM)
        (void)bp_fail(text, status, "no memory for a copy of the trainer");
    else
        (void)bp_fail(text, status, "a copy of the trainer: %.180s%.180s",
                      bp_network_error(twin->network), bp_trainer_error(twin->trainer));
    bp_twin_release(twin);
    return status;
}

bp_status bp_twin_begin(struct bp_twin *twin, const struct bp_trainer *trainer,
                        uint64_t seed, struct bp_text *text)
{
    bp_status status;

    *twin = (struct bp_twin){NULL, NULL};
    status = bp_network_clone(trainer->network, &twin->network);
    if (status == BP_OK)
        status = bp_network_initialise(twin->network, seed);
    if (status == BP_OK)
        status = create_alike(twin, trainer);
    if (status == BP_OK)
        bp_groups_forget(twin->trainer);
    if (status == BP_OK)
        status = bp_trainer_build(twin->trainer, seed);
    return status == BP_OK ? BP_OK : fail(twin, status, text);
}

bp_status bp_twin_create(struct bp_twin *twin, const struct bp_trainer *trainer,
                         struct bp_text *text)
{
    bp_status status;

    *twin = (struct bp_twin){NULL, NULL};
    status = bp_network_clone(trainer->network, &twin->network);
    if (status == BP_OK)
        status = create_alike(twin, trainer);
    if (status == BP_OK)
        status = bp_trainer_build(twin->trainer, trainer->seed);
    if (status == BP_OK)
        status = copy_spans(twin->trainer, trainer);
    if (status != BP_OK)
        return fail(twin, status, text);
    copy_numbers(twin->trainer, trainer);
    return BP_OK;
}

void bp_twin_release(struct bp_twin *twin)
{
    bp_trainer_destroy(twin->trainer);
    bp_network_destroy(twin->network);
    *twin = (struct bp_twin){NULL, NULL};
}
