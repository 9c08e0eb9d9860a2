/* SPDX-License-Identifier: MIT */
#include "fit_snapshot.h"

#include <string.h>

/* ---- which there are ---- */

/** Tensors that are laid out alike. */
struct array {
    const char *prefix;
    char room[BP_NAME_SIZE]; /**< Of the prefix, where it has numbers. */
    const void *base;        /**< NULL: the trainer has no such. */
    bool running;            /**< As running statistics, not as parameters. */
    bool never_negative;
};

enum { STATES = BP_STATE_SUM, FIRST_STATE = 4, FIRST_PAIR = FIRST_STATE + STATES };

static const char *const state_names[STATES] = {
    "optimizer.momentum", "optimizer.squares", "optimizer.largest", "optimizer.mean",
    "optimizer.gradient", "optimizer.step",    "optimizer.sum"};

static const void *best_of(const struct bp_trainer *trainer, bool running)
{
    const void *const base = trainer->carry.kept.base;

    return base != NULL && running ? bp_at(base, 1, trainer->network->params.size) : base;
}

static void name_state(struct array *array, int32_t state)
{
    const int32_t item = state - BP_STATE_PAIRS;

    if (state < BP_STATE_PAIRS) {
        array->prefix = state_names[state - 1];
        return;
    }
    BP_SNAPSHOT_NAME(array->room, "optimizer.pair.%d.%s", (int)(item / 2),
                     item % 2 == 0 ? "s" : "y");
    array->prefix = array->room;
}

static void state_array(const struct bp_trainer *trainer, int32_t state,
                        struct array *array)
{
    const size_t span = bp_trainer_state_index(trainer, state);

    name_state(array, state);
    array->never_negative = bp_state_is_never_negative(state);
    if (span != SIZE_MAX)
        array->base = bp_trainer_state_at(trainer, span);
}

/* Array @p index: parameters and statistics, the best of them, what the optimizer
 * remembers. @return false at the end. */
static bool array_at(const struct bp_trainer *trainer, size_t index, struct array *array)
{
    const struct bp_network *network = trainer->network;

    if (index >= FIRST_PAIR + 2 * trainer->lbfgs.pairs)
        return false;
    *array = (struct array){.prefix = index < 2 ? "layers" : "best",
                            .running = index % 2 == 1 && index < FIRST_STATE};
    if (index >= FIRST_PAIR)
        state_array(trainer, (int32_t)(BP_STATE_PAIRS + (index - FIRST_PAIR)), array);
    else if (index >= FIRST_STATE)
        state_array(trainer, (int32_t)(1 + (index - FIRST_STATE)), array);
    else if (index < 2)
        array->base = array->running ? network->state.base : network->params.base;
    else
        array->base = best_of(trainer, array->running);
    return true;
}

/** One tensor of all that there are. */
struct item {
    const struct array *array;
    const struct bp_place *place;
    int32_t which;
    char name[BP_NAME_SIZE];
};

static bool find_item(const struct bp_trainer *trainer, size_t layer, size_t second,
                      struct item *item)
{
    static const char *const words[] = {"weight", "bias", "mean", "variance"};
    const struct bp_network *network = trainer->network;
    const bool running = item->array->running;

    item->which = (int32_t)second + (running ? BP_PARAMETER_RUNNING_MEAN : 0);
    item->place = running ? bp_network_running_place(network, layer, item->which)
                          : bp_network_place(network, layer, item->which);
    BP_SNAPSHOT_NAME(item->name, "%s.%zu.%s", item->array->prefix, layer,
                     words[item->which]);
    return item->place != NULL;
}

typedef void (*item_fn)(const struct bp_transfer *transfer, const struct item *item,
                        bp_status *status);

static bp_status each_of(const struct bp_transfer *transfer, const struct array *array,
                         item_fn visit)
{
    struct item item = {.array = array};
    bp_status status = BP_OK;
    size_t i;

    for (i = 0; i < 2 * transfer->trainer->network->count && status == BP_OK; i++)
        if (find_item(transfer->trainer, i / 2, i % 2, &item))
            visit(transfer, &item, &status);
    return status;
}

static bp_status each(const struct bp_transfer *transfer, item_fn visit)
{
    struct array array;
    bp_status status = BP_OK;
    size_t i;

    for (i = 0; status == BP_OK && array_at(transfer->trainer, i, &array); i++)
        if (array.base != NULL)
            status = each_of(transfer, &array, visit);
    return status;
}

static int32_t precision_of(const struct bp_trainer *trainer)
{
    return trainer->network->engine == &bp_engine_f64 ? BP_PRECISION_F64
                                                      : BP_PRECISION_F32;
}

/* ---- out ---- */

static void *row_at(const struct bp_trainer *trainer, const struct item *item, size_t row)
{
    return bp_at(item->array->base, trainer->network->engine->element_size,
                 item->place->offset + row * item->place->row_stride);
}

static void copy_out(const struct bp_trainer *trainer, const struct item *item, void *to)
{
    const struct bp_engine *engine = trainer->network->engine;
    const struct bp_place *place = item->place;
    size_t row;

    for (row = 0; row < place->rows; row++) {
        const void *const from = row_at(trainer, item, row);
        void *const at = bp_at(to, engine->element_size, row * place->cols);

        if (engine == &bp_engine_f64)
            engine->store_f64(from, place->col_stride, at, place->cols);
        else
            engine->store_f32(from, place->col_stride, at, place->cols);
    }
}

static void take(const struct bp_transfer *transfer, const struct item *item,
                 bp_status *status)
{
    struct bp_snapshot_tensor tensor = {.precision = precision_of(transfer->trainer),
                                        .rows = item->place->rows,
                                        .cols = item->place->cols};
    void *to;

    memcpy(tensor.name, item->name, sizeof tensor.name);
    to = bp_snapshot_put_tensor(transfer->host, transfer->content, &tensor);
    if (to == NULL)
        *status = BP_ENOMEM;
    else
        copy_out(transfer->trainer, item, to);
}

/* ---- in ---- */

static double value_at(const struct bp_snapshot_tensor *tensor, size_t i)
{
    return tensor->precision == BP_PRECISION_F64 ? ((const double *)tensor->values)[i]
                                                 : ((const float *)tensor->values)[i];
}

static bp_status check_values(const struct bp_transfer *transfer, const struct item *item,
                              const struct bp_snapshot_tensor *tensor)
{
    const bool never_negative =
        item->array->never_negative || item->which == BP_PARAMETER_RUNNING_VARIANCE;
    size_t i;

    for (i = 0; i < tensor->rows * tensor->cols; i++) {
        const double value = value_at(tensor, i);

        if (value - value != 0 || (never_negative && value < 0))
            return bp_fail(transfer->text, BP_EDATA,
                           "snapshot has '%s' with %s at %zu, expected %s", item->name,
                           bp_number(value).text, i,
                           value < 0 && never_negative ? "at least 0" : "finite numbers");
    }
    return BP_OK;
}

static void check(const struct bp_transfer *transfer, const struct item *item,
                  bp_status *status)
{
    const struct bp_snapshot_tensor *tensor =
        bp_snapshot_find_tensor(transfer->content, item->name);

    if (tensor == NULL)
        *status =
            bp_fail(transfer->text, BP_ESTATE, "snapshot has no tensor '%s'", item->name);
    else if (tensor->precision != precision_of(transfer->trainer))
        *status = bp_fail(transfer->text, BP_ESHAPE,
                          "snapshot has '%s' in another precision than the network",
                          item->name);
    else if (tensor->rows != item->place->rows || tensor->cols != item->place->cols)
        *status =
            bp_fail(transfer->text, BP_ESHAPE,
                    "snapshot has '%s' as %zu x %zu, expected %zu x %zu", item->name,
                    tensor->rows, tensor->cols, item->place->rows, item->place->cols);
    else
        *status = check_values(transfer, item, tensor);
}

static void give(const struct bp_transfer *transfer, const struct item *item,
                 bp_status *status)
{
    const struct bp_engine *engine = transfer->trainer->network->engine;
    const struct bp_place *place = item->place;
    const void *const values =
        bp_snapshot_find_tensor(transfer->content, item->name)->values;
    size_t row;

    (void)status;
    for (row = 0; row < place->rows; row++) {
        void *const to = row_at(transfer->trainer, item, row);
        const void *const from = bp_at(values, engine->element_size, row * place->cols);

        if (engine == &bp_engine_f64)
            engine->load_f64(to, place->col_stride, from, place->cols);
        else
            engine->load_f32(to, place->col_stride, from, place->cols);
    }
}

void bp_transfer_tensors(struct bp_transfer *transfer)
{
    if (transfer->status == BP_OK)
        transfer->status = each(transfer, transfer->out ? take : check);
}

void bp_transfer_give(const struct bp_transfer *transfer)
{
    (void)each(transfer, give);
}
