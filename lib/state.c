/* SPDX-License-Identifier: MIT */
/*
 * What a trainer remembers from step to step, out and in: spans of the optimizer by layer
 * and name, and single numbers.
 */
#include "trainer.h"

#include "tensor_access.h"

/* ---- spans ---- */

static bool collects(const struct bp_trainer *trainer)
{
    return trainer->settings[BP_TRAINER_ACCUMULATE - 1] > 1;
}

/* L-BFGS: s and y of each pair, the oldest first. */
static size_t pair_index(const struct bp_trainer *trainer, int32_t state)
{
    const size_t item = (size_t)(state - BP_STATE_PAIRS);

    if (trainer->slots == 0 || item >= 2 * trainer->lbfgs.pairs)
        return SIZE_MAX;
    return bp_lbfgs_span_of_pair(&trainer->lbfgs, trainer->slots, item / 2, item % 2);
}

size_t bp_trainer_state_index(const struct bp_trainer *trainer, int32_t state)
{
    if (state == BP_STATE_SUM)
        return collects(trainer) ? trainer->states : SIZE_MAX;
    if (state >= BP_STATE_PAIRS)
        return pair_index(trainer, state);
    return bp_optimizer_state_index(&trainer->optimizer.spec, state);
}

static struct bp_arena arena_of(const struct bp_trainer *trainer, size_t index)
{
    return (struct bp_arena){.base = bp_trainer_state_at(trainer, index)};
}

bp_status bp_trainer_get_state(const bp_trainer *trainer, size_t layer, int32_t which,
                               int32_t state, double *values, size_t count)
{
    struct bp_arena arena;
    size_t index;

    if (trainer == NULL)
        return BP_EINVAL;
    if (!trainer->built)
        return BP_ESTATE;
    index = bp_trainer_state_index(trainer, state);
    if (index == SIZE_MAX)
        return BP_EINVAL;
    arena = arena_of(trainer, index);
    return bp_tensor_get(trainer->network, &arena, layer, which,
                         (struct bp_values_out){.f64 = values}, count);
}

bool bp_state_is_never_negative(int32_t state)
{
    return state == BP_STATE_SQUARES || state == BP_STATE_LARGEST ||
           state == BP_STATE_STEP;
}

static bp_status check_values(struct bp_trainer *trainer, int32_t state,
                              const double *values, size_t count)
{
    const bool f64 = trainer->network->engine == &bp_engine_f64;
    size_t i;

    for (i = 0; i < count; i++) {
        const double kept = f64 ? values[i] : (double)(float)values[i];

        if (kept - kept != 0 || (kept < 0 && bp_state_is_never_negative(state)))
            return bp_fail(&trainer->text, BP_EDATA, "values[%zu] is %s, expected %s", i,
                           bp_number(values[i]).text,
                           kept < 0 && bp_state_is_never_negative(state)
                               ? "at least 0"
                               : "a finite number");
    }
    return BP_OK;
}

static bp_status check_place(struct bp_trainer *trainer, size_t layer, int32_t which,
                             size_t count)
{
    const struct bp_place *place;

    if (layer >= trainer->network->count)
        return bp_fail(&trainer->text, BP_EINVAL, "layer is %zu, expected below %zu",
                       layer, trainer->network->count);
    place = bp_network_place(trainer->network, layer, which);
    if (place == NULL)
        return bp_fail(&trainer->text, BP_EINVAL,
                       "which is %d, expected a parameter that layer %zu has", (int)which,
                       layer);
    if (count != place->rows * place->cols)
        return bp_fail(&trainer->text, BP_ESHAPE,
                       "count is %zu, expected %zu of layer %zu", count,
                       place->rows * place->cols, layer);
    return BP_OK;
}

bp_status bp_trainer_set_state(bp_trainer *trainer, size_t layer, int32_t which,
                               int32_t state, const double *values, size_t count)
{
    struct bp_arena arena;
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    status = bp_trainer_check(trainer);
    if (status != BP_OK)
        return status;
    if (bp_trainer_state_index(trainer, state) == SIZE_MAX)
        return bp_fail(&trainer->text, BP_EINVAL,
                       "state is %d, expected one that this trainer keeps", (int)state);
    status = check_place(trainer, layer, which, count);
    if (status == BP_OK && values == NULL)
        status = bp_fail_null(&trainer->text, "values");
    if (status == BP_OK)
        status = check_values(trainer, state, values, count);
    if (status != BP_OK)
        return status;
    arena = arena_of(trainer, bp_trainer_state_index(trainer, state));
    bp_tensor_set(trainer->network, &arena, layer, which, values);
    trainer->lbfgs.stale = true;
    return BP_OK;
}

/* ---- numbers ---- */

#define MOST_COUNT 9007199254740992.0 /* 2^53: a double counts exactly so far */
#define COUNT(key, name)                              \
    {                                                 \
        key, name, 0, MOST_COUNT, 0, BP_SETTING_WHOLE \
    }

static const struct bp_setting table[] = {
    COUNT(BP_NUMBER_STEP, "step"),
    COUNT(BP_NUMBER_EPOCH, "epoch"),
    COUNT(BP_NUMBER_EPOCH_ROWS, "rows of the epoch"),
    COUNT(BP_NUMBER_ROW, "row"),
    {BP_NUMBER_EPOCH_COST, "cost of the epoch", -1e300, 1e300, 0, 0},
    COUNT(BP_NUMBER_UPDATES, "updates"),
    {BP_NUMBER_MOVING, "moving", 0, 1, 0, BP_SETTING_WHOLE},
    COUNT(BP_NUMBER_SUM_BATCHES, "batches of the sum"),
    {BP_NUMBER_SUM_ROWS, "rows of the sum", 0, 1e300, 0, 0},
    COUNT(BP_NUMBER_ITERATIONS, "iterations"),
    {BP_NUMBER_PAIRS, "pairs", 0, BP_LBFGS_MOST, 0, BP_SETTING_WHOLE},
    {BP_NUMBER_SEEN, "seen", 0, 1, 0, BP_SETTING_WHOLE},
    {BP_NUMBER_BEST, "best", -1e300, 1e300, 0, 0},
    COUNT(BP_NUMBER_BAD, "bad values"),
    COUNT(BP_NUMBER_COOLDOWN, "cooldown"),
    COUNT(BP_NUMBER_FALLS, "falls"),
};

static const struct bp_settings numbers = {table, sizeof table / sizeof table[0]};

static double number_of(const struct bp_trainer *trainer, int32_t number)
{
    switch (number) {
    case BP_NUMBER_STEP: return (double)trainer->step;
    case BP_NUMBER_EPOCH: return (double)trainer->epoch;
    case BP_NUMBER_EPOCH_ROWS: return (double)trainer->epoch_rows;
    case BP_NUMBER_ROW: return (double)trainer->row;
    case BP_NUMBER_EPOCH_COST: return trainer->epoch_cost;
    case BP_NUMBER_UPDATES: return (double)trainer->optimizer_state.updates;
    case BP_NUMBER_MOVING: return trainer->optimizer_state.started;
    case BP_NUMBER_SUM_BATCHES: return (double)trainer->sum_batches;
    case BP_NUMBER_SUM_ROWS: return trainer->sum_rows;
    case BP_NUMBER_ITERATIONS: return (double)trainer->lbfgs.iterations;
    case BP_NUMBER_PAIRS: return (double)trainer->lbfgs.pairs;
    case BP_NUMBER_SEEN: return trainer->plateau.seen;
    case BP_NUMBER_BEST: return trainer->plateau.best;
    case BP_NUMBER_BAD: return trainer->plateau.bad;
    case BP_NUMBER_COOLDOWN: return trainer->plateau.cooldown;
    default: return trainer->plateau.falls;
    }
}

static void set_pairs(struct bp_trainer *trainer, size_t pairs)
{
    trainer->lbfgs.oldest = 0;
    trainer->lbfgs.pairs = pairs;
    trainer->lbfgs.stale = true;
}

static void store(struct bp_trainer *trainer, int32_t number, double value)
{
    switch (number) {
    case BP_NUMBER_STEP: trainer->step = (uint64_t)value; break;
    case BP_NUMBER_EPOCH: trainer->epoch = (uint64_t)value; break;
    case BP_NUMBER_EPOCH_ROWS: trainer->epoch_rows = (size_t)value; break;
    case BP_NUMBER_ROW: trainer->row = (size_t)value; break;
    case BP_NUMBER_EPOCH_COST: trainer->epoch_cost = value; break;
    case BP_NUMBER_UPDATES: trainer->optimizer_state.updates = (uint64_t)value; break;
    case BP_NUMBER_MOVING: trainer->optimizer_state.started = value != 0; break;
    case BP_NUMBER_SUM_BATCHES: trainer->sum_batches = (uint64_t)value; break;
    case BP_NUMBER_SUM_ROWS: trainer->sum_rows = value; break;
    case BP_NUMBER_ITERATIONS: trainer->lbfgs.iterations = (uint64_t)value; break;
    case BP_NUMBER_PAIRS: set_pairs(trainer, (size_t)value); break;
    case BP_NUMBER_SEEN: trainer->plateau.seen = value != 0; break;
    case BP_NUMBER_BEST: trainer->plateau.best = value; break;
    case BP_NUMBER_BAD: trainer->plateau.bad = value; break;
    case BP_NUMBER_COOLDOWN: trainer->plateau.cooldown = value; break;
    default: trainer->plateau.falls = value;
    }
}

bp_status bp_trainer_get_number(const bp_trainer *trainer, int32_t number, double *value)
{
    if (trainer == NULL || value == NULL || bp_settings_name(&numbers, number) == NULL)
        return BP_EINVAL;
    *value = number_of(trainer, number);
    return BP_OK;
}

/* Numbers that belong together: an epoch is stopped before its last row, a sum has rows
 * where it has batches, pairs have a place. */
static bp_status check_number(struct bp_trainer *trainer, int32_t number, double value)
{
    const double rows = (double)trainer->epoch_rows;
    const double row = (double)trainer->row;

    if (number == BP_NUMBER_ROW && value > 0 && value >= rows)
        return bp_fail(&trainer->text, BP_EINVAL,
                       "row is %s, expected below the epoch's %s rows, which are set "
                       "before",
                       bp_number(value).text, bp_number(rows).text);
    if (number == BP_NUMBER_EPOCH_ROWS && row > 0 && value <= row)
        return bp_fail(&trainer->text, BP_EINVAL,
                       "rows of the epoch are %s, expected above row %s",
                       bp_number(value).text, bp_number(row).text);
    if (number == BP_NUMBER_SUM_BATCHES && value > 0 &&
        value >= trainer->settings[BP_TRAINER_ACCUMULATE - 1])
        return bp_fail(&trainer->text, BP_EINVAL,
                       "batches of the sum are %s, expected below the %s of an update",
                       bp_number(value).text,
                       bp_number(trainer->settings[BP_TRAINER_ACCUMULATE - 1]).text);
    if (number == BP_NUMBER_PAIRS && value > (double)trainer->slots)
        return bp_fail(&trainer->text, BP_EINVAL, "pairs are %s, expected at most %zu",
                       bp_number(value).text, trainer->slots);
    return BP_OK;
}

bp_status bp_trainer_set_number(bp_trainer *trainer, int32_t number, double value)
{
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    status = bp_trainer_check(trainer);
    if (status != BP_OK)
        return status;
    if (bp_settings_name(&numbers, number) == NULL)
        return bp_fail(&trainer->text, BP_EINVAL,
                       "number is %d, expected one of a trainer", (int)number);
    status = bp_settings_check(&numbers, number, value, &trainer->text);
    if (status == BP_OK)
        status = check_number(trainer, number, value);
    if (status == BP_OK)
        store(trainer, number, value);
    return status;
}
