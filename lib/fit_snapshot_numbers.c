/* SPDX-License-Identifier: MIT */
#include "fit_snapshot.h"

#include <string.h>

/* ---- one number, either way ---- */

static void put(struct bp_transfer *transfer, const char *name, bool is_real,
                uint64_t whole, double real)
{
    struct bp_snapshot_number number = {.is_real = is_real, .whole = whole, .real = real};

    if (transfer->status != BP_OK)
        return;
    (void)bp_name_copy(number.name, name);
    if (!bp_snapshot_put_number(transfer->host, transfer->content, &number))
        transfer->status = BP_ENOMEM;
}

static const struct bp_snapshot_number *want(struct bp_transfer *transfer,
                                             const char *name, bool is_real)
{
    const struct bp_snapshot_number *found = NULL;

    if (transfer->status != BP_OK)
        return NULL;
    found = bp_snapshot_find_number(transfer->content, name);
    if (found != NULL && found->is_real == is_real)
        return found;
    transfer->status =
        bp_fail(transfer->text, BP_ESTATE, "snapshot has no %s number '%s'",
                is_real ? "real" : "whole", name);
    return NULL;
}

static void fail_range(struct bp_transfer *transfer, const char *name, double value)
{
    transfer->status =
        bp_fail(transfer->text, BP_EDATA, "snapshot has '%s' at %s, which cannot be",
                name, bp_number(value).text);
}

static void whole(struct bp_transfer *transfer, const char *name, uint64_t *value,
                  uint64_t most)
{
    const struct bp_snapshot_number *found;

    if (transfer->out) {
        put(transfer, name, false, *value, 0);
        return;
    }
    found = want(transfer, name, false);
    if (found != NULL && found->whole > most)
        fail_range(transfer, name, (double)found->whole);
    else if (found != NULL)
        *value = found->whole;
}

static void size(struct bp_transfer *transfer, const char *name, size_t *value,
                 size_t most)
{
    uint64_t wide = *value;

    whole(transfer, name, &wide, most);
    *value = (size_t)wide;
}

static void flag(struct bp_transfer *transfer, const char *name, bool *value)
{
    uint64_t wide = *value;

    whole(transfer, name, &wide, 1);
    *value = wide != 0;
}

static void real(struct bp_transfer *transfer, const char *name, double *value,
                 double least)
{
    const struct bp_snapshot_number *found;

    if (transfer->out) {
        put(transfer, name, true, 0, *value);
        return;
    }
    found = want(transfer, name, true);
    if (found != NULL && !(found->real - found->real == 0 && found->real >= least))
        fail_range(transfer, name, found->real);
    else if (found != NULL)
        *value = found->real;
}

/* What must be equal. */
static void same(struct bp_transfer *transfer, const char *name, uint64_t here,
                 bp_status status)
{
    uint64_t there = here;

    whole(transfer, name, &there, UINT64_MAX);
    if (transfer->status == BP_OK && there != here)
        transfer->status = bp_fail(
            transfer->text, status,
            "snapshot is of another %s: '%s' is %llu, expected the trainer's %llu",
            status == BP_ESHAPE ? "network" : "trainer", name, (unsigned long long)there,
            (unsigned long long)here);
}

static void same_real(struct bp_transfer *transfer, const char *name, double here,
                      bp_status status)
{
    double there = here;

    real(transfer, name, &there, -1e300);
    if (transfer->status == BP_OK && there != here)
        transfer->status =
            bp_fail(transfer->text, status,
                    "snapshot is of another %s: '%s' is %s, expected the trainer's %s",
                    status == BP_ESHAPE ? "network" : "trainer", name,
                    bp_number(there).text, bp_number(here).text);
}

/* ---- what the network is ---- */

static void layer_settings(struct bp_transfer *transfer, size_t layer)
{
    const struct bp_layer one = {.spec = transfer->trainer->network->nodes[layer].spec};
    char name[BP_NAME_SIZE];
    double value;
    int32_t key;

    for (key = 1; key <= BP_LAYER_SETTINGS; key++) {
        if (bp_layer_get(&one, key, &value) != BP_OK)
            continue;
        BP_SNAPSHOT_NAME(name, "network.%zu.setting.%d", layer, (int)key);
        same_real(transfer, name, value, BP_ESHAPE);
    }
}

static void network_layer(struct bp_transfer *transfer, size_t layer)
{
    const struct bp_node *node = &transfer->trainer->network->nodes[layer];
    char name[BP_NAME_SIZE];

    BP_SNAPSHOT_NAME(name, "network.%zu.kind", layer);
    same(transfer, name, (uint64_t)node->spec.kind, BP_ESHAPE);
    BP_SNAPSHOT_NAME(name, "network.%zu.outputs", layer);
    same(transfer, name, node->outputs, BP_ESHAPE);
    BP_SNAPSHOT_NAME(name, "network.%zu.activation", layer);
    same(transfer, name, (uint32_t)node->spec.activation, BP_ESHAPE);
    layer_settings(transfer, layer);
}

static void network(struct bp_transfer *transfer)
{
    const struct bp_network *network_of = transfer->trainer->network;
    size_t i;

    same(transfer, "network.precision",
         network_of->engine == &bp_engine_f64 ? BP_PRECISION_F64 : BP_PRECISION_F32,
         BP_ESHAPE);
    same(transfer, "network.inputs", network_of->inputs, BP_ESHAPE);
    same(transfer, "network.layers", network_of->count, BP_ESHAPE);
    for (i = 0; i < network_of->count && transfer->status == BP_OK; i++)
        network_layer(transfer, i);
}

/* ---- settings ---- */

/* A setter's line, as a fault of the snapshot. */
static void need(struct bp_transfer *transfer, bp_status status, const char *line)
{
    if (transfer->status == BP_OK && status != BP_OK)
        transfer->status = bp_fail(transfer->text, BP_EDATA, "snapshot: %.180s", line);
}

static void optimizer(struct bp_transfer *transfer)
{
    struct bp_optimizer *of = &transfer->trainer->optimizer;
    char name[BP_NAME_SIZE];
    double value;
    int32_t key;

    same(transfer, "optimizer.kind", (uint64_t)of->spec.kind, BP_ESTATE);
    for (key = 1; key <= BP_OPTIMIZER_TOLERANCE_CHANGE; key++) {
        if (bp_optimizer_get(of, key, &value) != BP_OK)
            continue;
        BP_SNAPSHOT_NAME(name, "optimizer.setting.%d", (int)key);
        real(transfer, name, &value, -1e300);
        if (!transfer->out && transfer->status == BP_OK)
            need(transfer, bp_optimizer_set(of, key, value), of->text.line);
    }
}

/* What a batch is cannot change in a trainer that is built; whether gradients are kept
 * is nothing of a training. */
static void trainer_setting(struct bp_transfer *transfer, int32_t key)
{
    struct bp_trainer *trainer = transfer->trainer;
    double value = trainer->settings[key - 1];
    char name[BP_NAME_SIZE];

    BP_SNAPSHOT_NAME(name, "trainer.setting.%d", (int)key);
    if (key == BP_TRAINER_BATCH || key == BP_TRAINER_ACCUMULATE) {
        same_real(transfer, name, value, BP_ESTATE);
        return;
    }
    real(transfer, name, &value, -1e300);
    if (!transfer->out && transfer->status == BP_OK)
        need(transfer, bp_trainer_set(trainer, key, value), trainer->text.line);
}

/* A number that is there only where it is not 0. */
static bool is_told(const struct bp_transfer *transfer, const char *name, double value)
{
    return transfer->out ? value != 0
                         : bp_snapshot_find_number(transfer->content, name) != NULL;
}

static void group_setting(struct bp_transfer *transfer, size_t layer, int32_t key)
{
    struct bp_trainer *trainer = transfer->trainer;
    double value = trainer->layers[layer * BP_LAYER_GROUP_SETTINGS + (size_t)key - 1];
    char name[BP_NAME_SIZE];

    BP_SNAPSHOT_NAME(name, "trainer.layer.%zu.setting.%d", layer, (int)key);
    if (key != BP_TRAINER_LAYER_MISSED || is_told(transfer, name, value))
        real(transfer, name, &value, -1e300);
    else
        value = 0;
    if (!transfer->out && transfer->status == BP_OK)
        need(transfer, bp_trainer_set_layer(trainer, layer, key, value),
             trainer->text.line);
}

static void settings(struct bp_transfer *transfer)
{
    const size_t layers = transfer->trainer->network->count;
    int32_t key;
    size_t i;

    same(transfer, "trainer.cost", (uint32_t)transfer->trainer->cost.kind, BP_ESTATE);
    for (key = BP_TRAINER_BATCH; key < BP_TRAINER_KEEP_GRADIENT; key++)
        trainer_setting(transfer, key);
    for (i = 0; i < layers && transfer->status == BP_OK; i++)
        for (key = 1; key <= BP_LAYER_GROUP_SETTINGS; key++)
            group_setting(transfer, i, key);
}

/* ---- the schedule ---- */

static void milestones(struct bp_transfer *transfer, struct bp_schedule *schedule)
{
    uint64_t at[BP_SCHEDULE_MILESTONES] = {0};
    size_t count = schedule->spec.milestone_count;
    char name[BP_NAME_SIZE];
    size_t i;

    size(transfer, "schedule.milestones", &count, BP_SCHEDULE_MILESTONES);
    memcpy(at, schedule->spec.milestones, sizeof at);
    for (i = 0; i < count && transfer->status == BP_OK; i++) {
        BP_SNAPSHOT_NAME(name, "schedule.milestone.%zu", i);
        whole(transfer, name, &at[i], UINT64_MAX);
    }
    if (!transfer->out && transfer->status == BP_OK)
        need(transfer, bp_schedule_set_milestones(schedule, at, count),
             schedule->text.line);
}

static void schedule_settings(struct bp_transfer *transfer, struct bp_schedule *schedule)
{
    char name[BP_NAME_SIZE];
    double value;
    int32_t key;

    for (key = 1; key <= BP_SCHEDULE_MONITOR; key++) {
        if (bp_schedule_get(schedule, key, &value) != BP_OK)
            continue;
        BP_SNAPSHOT_NAME(name, "schedule.setting.%d", (int)key);
        real(transfer, name, &value, -1e300);
        if (!transfer->out && transfer->status == BP_OK)
            need(transfer, bp_schedule_set(schedule, key, value), schedule->text.line);
    }
    if (schedule->spec.kind == BP_SCHEDULE_MULTI_STEP)
        milestones(transfer, schedule);
}

static void plateau(struct bp_transfer *transfer)
{
    struct bp_plateau *of = &transfer->trainer->plateau;

    flag(transfer, "plateau.seen", &of->seen);
    real(transfer, "plateau.best", &of->best, -1e300);
    real(transfer, "plateau.bad", &of->bad, 0);
    real(transfer, "plateau.cooldown", &of->cooldown, 0);
    real(transfer, "plateau.falls", &of->falls, 0);
}

/* A function of the caller's is no number: the trainer must have it already. */
static void schedule(struct bp_transfer *transfer)
{
    struct bp_schedule_spec *spec = &transfer->trainer->schedule;
    struct bp_schedule made = {.spec = *spec};
    uint64_t kind = (uint64_t)spec->kind;

    whole(transfer, "schedule.kind", &kind, BP_SCHEDULE_CUSTOM);
    if (transfer->status != BP_OK)
        return;
    if (kind == BP_SCHEDULE_CUSTOM && spec->kind != BP_SCHEDULE_CUSTOM) {
        transfer->status = bp_fail(
            transfer->text, BP_ESTATE,
            "snapshot has a schedule of the caller's own, expected the trainer to "
            "have it already");
        return;
    }
    if (!transfer->out && kind != BP_SCHEDULE_CUSTOM)
        made.spec = (struct bp_schedule_spec){.kind = (int32_t)kind};
    if (kind != BP_SCHEDULE_NONE)
        schedule_settings(transfer, &made);
    plateau(transfer);
    *spec = made.spec;
}

/* ---- where it stands ---- */

static void position(struct bp_transfer *transfer)
{
    struct bp_trainer *trainer = transfer->trainer;

    whole(transfer, "trainer.seed", &trainer->seed, UINT64_MAX);
    whole(transfer, "trainer.step", &trainer->step, UINT64_MAX);
    whole(transfer, "trainer.epoch", &trainer->epoch, UINT64_MAX);
    size(transfer, "trainer.epoch_rows", &trainer->epoch_rows, SIZE_MAX);
    size(transfer, "trainer.row", &trainer->row,
         trainer->epoch_rows > 0 ? trainer->epoch_rows - 1 : 0);
    real(transfer, "trainer.epoch_cost", &trainer->epoch_cost, -1e300);
    whole(transfer, "optimizer.updates", &trainer->optimizer_state.updates, UINT64_MAX);
    flag(transfer, "optimizer.moving", &trainer->optimizer_state.started);
}

static void sum(struct bp_transfer *transfer)
{
    struct bp_trainer *trainer = transfer->trainer;
    const double batches = trainer->settings[BP_TRAINER_ACCUMULATE - 1];

    whole(transfer, "sum.batches", &trainer->sum_batches, (uint64_t)batches - 1);
    real(transfer, "sum.rows", &trainer->sum_rows, 0);
}

/* Pairs go out from the oldest on, and are measured again when they are in. */
static void lbfgs(struct bp_transfer *transfer)
{
    struct bp_trainer *trainer = transfer->trainer;
    const struct bp_optimizer_spec *spec = &trainer->optimizer.spec;
    size_t pairs = trainer->lbfgs.pairs;

    if (spec->kind != BP_OPTIMIZER_LBFGS)
        return;
    if (transfer->status == BP_OK && bp_optimizer_slots(spec) > trainer->slots)
        transfer->status =
            bp_fail(transfer->text, BP_ESTATE,
                    "snapshot has history and iterations of %zu together, expected at "
                    "most the %zu of when the trainer was built",
                    bp_optimizer_slots(spec), trainer->slots);
    whole(transfer, "lbfgs.iterations", &trainer->lbfgs.iterations, UINT64_MAX);
    size(transfer, "lbfgs.pairs", &pairs,
         trainer->slots < BP_LBFGS_MOST ? trainer->slots : BP_LBFGS_MOST);
    if (transfer->out || transfer->status != BP_OK)
        return;
    trainer->lbfgs.pairs = pairs;
    trainer->lbfgs.oldest = 0;
    trainer->lbfgs.stale = true;
}

/* ---- the fit ---- */

static void reserve_kept(struct bp_transfer *transfer)
{
    struct bp_trainer *trainer = transfer->trainer;
    const struct bp_network *network_of = trainer->network;
    const size_t element = network_of->engine->element_size;
    const struct bp_plan plan = {
        .element_size = element,
        .count = (network_of->params.size + network_of->state.size) / element};

    if (transfer->status != BP_OK)
        return;
    if (bp_arena_reserve(&trainer->carry.kept, &network_of->host, &plan) != BP_OK)
        transfer->status = bp_fail(transfer->text, BP_ENOMEM,
                                   "no memory for the best parameters of the snapshot");
}

static void watch(struct bp_transfer *transfer)
{
    struct bp_carry *carry = &transfer->trainer->carry;
    bool kept = carry->kept.base != NULL;

    whole(transfer, "fit.epochs", &carry->done, UINT64_MAX);
    flag(transfer, "fit.due", &carry->due);
    real(transfer, "fit.weight", &carry->weight, 0);
    whole(transfer, "fit.looked", &carry->looked, UINT64_MAX);
    whole(transfer, "fit.waited", &carry->waited, UINT64_MAX);
    real(transfer, "fit.validation_cost", &carry->validation_cost, -1e300);
    real(transfer, "fit.monitored", &carry->monitored, -1e300);
    whole(transfer, "fit.best_epoch", &carry->best_epoch, carry->done);
    real(transfer, "fit.best", &carry->best, -1e300);
    flag(transfer, "fit.kept", &kept);
    if (!transfer->out && kept)
        reserve_kept(transfer);
}

static void fit(struct bp_transfer *transfer)
{
    flag(transfer, "fit.there", &transfer->trainer->carry.there);
    if (transfer->status == BP_OK && transfer->trainer->carry.there)
        watch(transfer);
}

void bp_transfer_numbers(struct bp_transfer *transfer)
{
    network(transfer);
    optimizer(transfer);
    settings(transfer);
    schedule(transfer);
    position(transfer);
    sum(transfer);
    lbfgs(transfer);
    fit(transfer);
}
