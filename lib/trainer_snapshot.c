/* SPDX-License-Identifier: MIT */
/*
 * All that a trainer goes on from. A state is first compared with the trainer as a whole,
 * then written: what does not fit changes nothing.
 */
#include "trainer_snapshot.h"

#include "tensor_access.h"

#include <string.h>

/* ---- names ---- */

/* Level 0 has the one printf; its line is long enough for a name. */
static void name_tensor(char name[BP_NAME_SIZE], size_t array, size_t layer,
                        int32_t which)
{
    const char *kind = which == BP_PARAMETER_WEIGHT ? "weight" : "bias";
    struct bp_text text;

    if (array == 0)
        (void)bp_fail(&text, BP_OK, "network.%zu.%s", layer, kind);
    else
        (void)bp_fail(&text, BP_OK, "optimizer.%zu.%zu.%s", array - 1, layer, kind);
    (void)bp_name_copy(name, text.line);
}

static void name_setting(char name[BP_NAME_SIZE], const char *object, int32_t key)
{
    struct bp_text text;

    (void)bp_fail(&text, BP_OK, "%s.setting.%d", object, (int)key);
    (void)bp_name_copy(name, text.line);
}

/* ---- tensors: array 0 are the parameters, the others the optimizer's ---- */

static size_t arrays_of(const struct bp_trainer *trainer)
{
    return 1 + bp_optimizer_states(&trainer->optimizer.spec);
}

static struct bp_arena array_at(const struct bp_trainer *trainer, size_t array)
{
    const struct bp_network *network = trainer->network;
    struct bp_arena arena = network->params;

    if (array > 0)
        arena.base = bp_at(trainer->state.base, network->engine->element_size,
                           (array - 1) * network->params_count);
    return arena;
}

/* One tensor of all that there are. */
struct item {
    size_t array, layer;
    int32_t which;
    const struct bp_place *place;
    char name[BP_NAME_SIZE];
};

typedef bool (*item_fn)(const struct bp_trainer *trainer, const struct item *item,
                        void *user);

/* @return false as soon as @p visit does. */
static bool each_item(const struct bp_trainer *trainer, item_fn visit, void *user)
{
    struct item item;
    size_t i;

    for (item.array = 0; item.array < arrays_of(trainer); item.array++) {
        for (i = 0; i < 2 * trainer->network->count; i++) {
            item.layer = i / 2;
            item.which = i % 2 == 0 ? BP_PARAMETER_WEIGHT : BP_PARAMETER_BIAS;
            item.place = bp_network_place(trainer->network, item.layer, item.which);
            name_tensor(item.name, item.array, item.layer, item.which);
            if (item.place != NULL && !visit(trainer, &item, user))
                return false;
        }
    }
    return true;
}

static int32_t precision_of(const struct bp_trainer *trainer)
{
    return trainer->network->engine == &bp_engine_f64 ? BP_PRECISION_F64
                                                      : BP_PRECISION_F32;
}

/* ---- numbers ---- */

enum { SEED, STEP, EPOCH, ROW, EPOCH_ROWS, EPOCH_COST, KIND, UPDATES, STARTED, NUMBERS };

static const char *const names[NUMBERS] = {
    [SEED] = "trainer.seed",
    [STEP] = "trainer.step",
    [EPOCH] = "trainer.epoch",
    [ROW] = "trainer.row",
    [EPOCH_ROWS] = "trainer.epoch_rows",
    [EPOCH_COST] = "trainer.epoch_cost",
    [KIND] = "optimizer.kind",
    [UPDATES] = "optimizer.updates",
    [STARTED] = "optimizer.started",
};

/* Settings have keys below this. */
enum { KEYS = 64 };

static struct bp_snapshot_number whole(uint64_t value)
{
    return (struct bp_snapshot_number){.whole = value};
}

static struct bp_snapshot_number real_number(double value)
{
    return (struct bp_snapshot_number){.is_real = true, .real = value};
}

static void read_numbers(const struct bp_trainer *trainer,
                         struct bp_snapshot_number numbers[NUMBERS])
{
    numbers[SEED] = whole(trainer->seed);
    numbers[STEP] = whole(trainer->step);
    numbers[EPOCH] = whole(trainer->epoch);
    numbers[ROW] = whole(trainer->row);
    numbers[EPOCH_ROWS] = whole(trainer->epoch_rows);
    numbers[EPOCH_COST] = real_number(trainer->epoch_cost);
    numbers[KIND] = whole((uint64_t)trainer->optimizer.spec.kind);
    numbers[UPDATES] = whole(trainer->optimizer_state.updates);
    numbers[STARTED] = whole(trainer->optimizer_state.started);
}

static void write_numbers(struct bp_trainer *trainer,
                          const struct bp_snapshot_number numbers[NUMBERS])
{
    trainer->seed = numbers[SEED].whole;
    trainer->step = numbers[STEP].whole;
    trainer->epoch = numbers[EPOCH].whole;
    trainer->row = (size_t)numbers[ROW].whole;
    trainer->epoch_rows = (size_t)numbers[EPOCH_ROWS].whole;
    trainer->epoch_cost = numbers[EPOCH_COST].real;
    trainer->optimizer_state.updates = numbers[UPDATES].whole;
    trainer->optimizer_state.started = numbers[STARTED].whole != 0;
}

/* ---- out ---- */

struct taking {
    const struct bp_host *host;
    struct bp_snapshot_content content;
};

static bool take_tensor(const struct bp_trainer *trainer, const struct item *item,
                        void *user)
{
    struct taking *taking = user;
    const struct bp_arena arena = array_at(trainer, item->array);
    struct bp_snapshot_tensor tensor = {.precision = precision_of(trainer),
                                        .rows = item->place->rows,
                                        .cols = item->place->cols};
    struct bp_values_out values = {NULL, NULL};
    void *to;

    (void)bp_name_copy(tensor.name, item->name);
    to = bp_snapshot_put_tensor(taking->host, &taking->content, &tensor);
    if (to == NULL)
        return false;
    if (tensor.precision == BP_PRECISION_F64)
        values.f64 = to;
    else
        values.f32 = to;
    return bp_tensor_get(trainer->network, &arena, item->layer, item->which, values,
                         tensor.rows * tensor.cols) == BP_OK;
}

static bool take_settings(const struct bp_trainer *trainer, struct taking *taking)
{
    bool done = true;
    int32_t key;

    for (key = 1; key < KEYS && done; key++) {
        struct bp_snapshot_number number = real_number(0);

        name_setting(number.name, "optimizer", key);
        if (bp_optimizer_get(&trainer->optimizer, key, &number.real) == BP_OK)
            done = bp_snapshot_put_number(taking->host, &taking->content, &number);
        name_setting(number.name, "trainer", key);
        if (done && bp_trainer_get(trainer, key, &number.real) == BP_OK)
            done = bp_snapshot_put_number(taking->host, &taking->content, &number);
    }
    return done;
}

static bool take_numbers(const struct bp_trainer *trainer, struct taking *taking)
{
    struct bp_snapshot_number numbers[NUMBERS];
    size_t i;

    read_numbers(trainer, numbers);
    for (i = 0; i < NUMBERS; i++) {
        (void)bp_name_copy(numbers[i].name, names[i]);
        if (!bp_snapshot_put_number(taking->host, &taking->content, &numbers[i]))
            return false;
    }
    return take_settings(trainer, taking);
}

bp_status bp_snapshot_take(bp_snapshot *snapshot, const bp_trainer *trainer)
{
    struct taking taking;

    if (snapshot == NULL)
        return BP_EINVAL;
    if (trainer == NULL)
        return bp_fail_null(&snapshot->text, "trainer");
    if (!trainer->built)
        return bp_fail(&snapshot->text, BP_ESTATE, "the trainer is not built");
    taking = (struct taking){.host = &snapshot->host};
    if (!each_item(trainer, take_tensor, &taking) || !take_numbers(trainer, &taking)) {
        bp_snapshot_free(&snapshot->host, &taking.content);
        return bp_fail(&snapshot->text, BP_ENOMEM, "no memory for the snapshot");
    }
    bp_snapshot_free(&snapshot->host, &snapshot->content);
    snapshot->content = taking.content;
    return BP_OK;
}

/* ---- in ---- */

struct giving {
    const struct bp_snapshot_content *content;
    struct bp_trainer *trainer;
    bp_status status;
    struct bp_optimizer optimizer; /**< With the settings that were checked. */
    double settings[BP_TRAINER_SETTINGS];
    struct bp_snapshot_number numbers[NUMBERS];
};

static bool is_finite(const struct bp_trainer *trainer,
                      const struct bp_snapshot_tensor *tensor)
{
    const struct bp_network *network = trainer->network;

    return network->engine->finite(network->engine->kernels(network->isa), tensor->values,
                                   tensor->rows * tensor->cols);
}

static bool check_tensor(const struct bp_trainer *trainer, const struct item *item,
                         void *user)
{
    struct giving *giving = user;
    struct bp_text *text = &giving->trainer->text;
    const struct bp_snapshot_tensor *tensor =
        bp_snapshot_find_tensor(giving->content, item->name);

    if (tensor == NULL)
        giving->status =
            bp_fail(text, BP_ESTATE, "snapshot has no tensor '%s'", item->name);
    else if (tensor->precision != precision_of(trainer))
        giving->status =
            bp_fail(text, BP_ESHAPE, "snapshot is in another precision than the network");
    else if (tensor->rows != item->place->rows || tensor->cols != item->place->cols)
        giving->status = bp_fail(
            text, BP_ESHAPE, "snapshot has '%s' as %zu x %zu, expected %zu x %zu",
            item->name, tensor->rows, tensor->cols, item->place->rows, item->place->cols);
    else if (!is_finite(trainer, tensor))
        giving->status =
            bp_fail(text, BP_EDATA, "snapshot has numbers in '%s' that are not finite",
                    item->name);
    return giving->status == BP_OK;
}

static bp_status find_number(struct giving *giving, const char *name, bool is_real,
                             struct bp_snapshot_number *number)
{
    const struct bp_snapshot_number *found =
        bp_snapshot_find_number(giving->content, name);

    if (found == NULL || found->is_real != is_real)
        return bp_fail(&giving->trainer->text, BP_ESTATE,
                       "snapshot has no %s number '%s'", is_real ? "real" : "whole",
                       name);
    *number = *found;
    return BP_OK;
}

static bp_status fail_number(const struct giving *giving, int which)
{
    return bp_fail(&giving->trainer->text, BP_EDATA, "snapshot has a '%s' that cannot be",
                   names[which]);
}

static bp_status check_position(const struct giving *giving)
{
    const struct bp_snapshot_number *n = giving->numbers;

    if (n[EPOCH_ROWS].whole > SIZE_MAX)
        return fail_number(giving, EPOCH_ROWS);
    if (n[ROW].whole > 0 && n[ROW].whole >= n[EPOCH_ROWS].whole)
        return fail_number(giving, ROW);
    if (n[EPOCH_COST].real - n[EPOCH_COST].real != 0)
        return fail_number(giving, EPOCH_COST);
    if (n[STARTED].whole > 1)
        return fail_number(giving, STARTED);
    if (n[KIND].whole != (uint64_t)giving->trainer->optimizer.spec.kind)
        return bp_fail(&giving->trainer->text, BP_ESTATE,
                       "snapshot is of optimizer %llu, expected the trainer's, %d",
                       (unsigned long long)n[KIND].whole,
                       (int)giving->trainer->optimizer.spec.kind);
    return BP_OK;
}

static bp_status check_numbers(struct giving *giving)
{
    bp_status status = BP_OK;
    size_t i;

    for (i = 0; i < NUMBERS && status == BP_OK; i++)
        status = find_number(giving, names[i], i == EPOCH_COST, &giving->numbers[i]);
    return status == BP_OK ? check_position(giving) : status;
}

static bp_status check_optimizer_setting(struct giving *giving, int32_t key)
{
    struct bp_snapshot_number number;
    bp_status status;

    name_setting(number.name, "optimizer", key);
    status = find_number(giving, number.name, true, &number);
    if (status == BP_OK &&
        bp_optimizer_set(&giving->optimizer, key, number.real) != BP_OK)
        status = bp_fail(&giving->trainer->text, BP_EDATA, "snapshot: %.180s",
                         giving->optimizer.text.line);
    return status;
}

/* What a batch is cannot change in a trainer that is built. */
static bp_status check_trainer_setting(struct giving *giving, int32_t key, double now)
{
    struct bp_snapshot_number number;
    bp_status status;

    name_setting(number.name, "trainer", key);
    status = find_number(giving, number.name, true, &number);
    if (status != BP_OK)
        return status;
    if (key == BP_TRAINER_BATCH && number.real != now)
        return bp_fail(&giving->trainer->text, BP_ESTATE,
                       "snapshot is of a batch of %s, expected the trainer's, %s",
                       bp_number(number.real).text, bp_number(now).text);
    if (bp_trainer_check_setting(giving->trainer, key, number.real) != BP_OK)
        return BP_EDATA;
    giving->settings[key - 1] = number.real;
    return BP_OK;
}

static bp_status check_settings(struct giving *giving)
{
    bp_status status = BP_OK;
    double value;
    int32_t key;

    giving->optimizer = giving->trainer->optimizer;
    for (key = 1; key < KEYS && status == BP_OK; key++) {
        if (bp_optimizer_get(&giving->optimizer, key, &value) == BP_OK)
            status = check_optimizer_setting(giving, key);
        if (status == BP_OK && bp_trainer_get(giving->trainer, key, &value) == BP_OK)
            status = check_trainer_setting(giving, key, value);
    }
    return status;
}

static bool give_tensor(const struct bp_trainer *trainer, const struct item *item,
                        void *user)
{
    const struct giving *giving = user;
    const struct bp_network *network = trainer->network;
    const struct bp_arena arena = array_at(trainer, item->array);
    const struct bp_place *place = item->place;
    const unsigned char *from =
        bp_snapshot_find_tensor(giving->content, item->name)->values;
    const size_t step = place->cols * network->engine->element_size;
    size_t row;

    for (row = 0; row < place->rows; row++) {
        void *to = bp_network_row(network, &arena, place, row);
        const void *values = from + row * step;

        if (network->engine == &bp_engine_f64)
            network->engine->load_f64(to, place->col_stride, values, place->cols);
        else
            network->engine->load_f32(to, place->col_stride, values, place->cols);
    }
    return true;
}

bp_status bp_trainer_restore(bp_trainer *trainer, const bp_snapshot *snapshot)
{
    struct giving giving = {.trainer = trainer};

    if (trainer == NULL)
        return BP_EINVAL;
    if (snapshot == NULL)
        return bp_fail_null(&trainer->text, "snapshot");
    giving.status = bp_trainer_check(trainer);
    if (giving.status != BP_OK)
        return giving.status;
    giving.content = &snapshot->content;
    if (each_item(trainer, check_tensor, &giving))
        giving.status = check_numbers(&giving);
    if (giving.status == BP_OK)
        giving.status = check_settings(&giving);
    if (giving.status != BP_OK)
        return giving.status;
    (void)each_item(trainer, give_tensor, &giving);
    write_numbers(trainer, giving.numbers);
    memcpy(trainer->settings, giving.settings, sizeof trainer->settings);
    trainer->optimizer.spec = giving.optimizer.spec;
    trainer->has_gradient = false;
    return BP_OK;
}

/* ---- a twin ---- */

/* A trainer alike, on the twin's network. */
static bp_status build_alike(struct bp_twin *twin, const struct bp_trainer *trainer)
{
    const struct bp_cost cost = {.spec = trainer->cost};
    bp_status status =
        bp_trainer_create(twin->network, &cost, &trainer->optimizer, &twin->trainer);

    if (status != BP_OK)
        return status;
    memcpy(twin->trainer->settings, trainer->settings, sizeof trainer->settings);
    return bp_trainer_build(twin->trainer, trainer->seed);
}

static bp_status copy_state(struct bp_twin *twin, const struct bp_trainer *trainer)
{
    struct bp_snapshot snapshot = {.host = trainer->network->host};
    bp_status status = bp_snapshot_take(&snapshot, trainer);

    if (status == BP_OK)
        status = bp_trainer_restore(twin->trainer, &snapshot);
    bp_snapshot_free(&snapshot.host, &snapshot.content);
    return status;
}

bp_status bp_twin_create(struct bp_twin *twin, const struct bp_trainer *trainer,
                         struct bp_text *text)
{
    bp_status status;

    *twin = (struct bp_twin){NULL, NULL};
    status = bp_network_clone(trainer->network, &twin->network);
    if (status == BP_OK)
        status = build_alike(twin, trainer);
    if (status == BP_OK)
        status = copy_state(twin, trainer);
    if (status == BP_OK)
        return BP_OK;
    (void)bp_fail(text, status, "the trainer cannot be copied: %.160s",
                  status == BP_ENOMEM ? "no memory" : bp_trainer_error(twin->trainer));
    bp_twin_release(twin);
    return status;
}

void bp_twin_release(struct bp_twin *twin)
{
    bp_trainer_destroy(twin->trainer);
    bp_network_destroy(twin->network);
    *twin = (struct bp_twin){NULL, NULL};
}
