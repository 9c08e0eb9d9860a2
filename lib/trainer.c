/* SPDX-License-Identifier: MIT */
/* The object: create, settings, build, and what can be asked of it. */
#include "trainer.h"

#include "tensor_access.h"

#define MAX_BATCH 1e9

static const struct bp_setting table[BP_TRAINER_SETTINGS] = {
    {BP_TRAINER_BATCH, "batch", 1, MAX_BATCH, 32, BP_SETTING_WHOLE},
    {BP_TRAINER_SHUFFLE, "shuffle", 0, 1, 1, BP_SETTING_WHOLE},
    {BP_TRAINER_ACCUMULATE, "accumulate", 1, 1e6, 1, BP_SETTING_WHOLE},
    {BP_TRAINER_CLIP_NORM, "clip norm", 0, 1e30, 0, 0},
    {BP_TRAINER_CLIP_VALUE, "clip value", 0, 1e30, 0, 0},
    {BP_TRAINER_BIAS_DECAY, "decay of biases", 0, 1, 1, BP_SETTING_WHOLE},
    {BP_TRAINER_KEEP_GRADIENT, "keep gradient", 0, 1, 0, BP_SETTING_WHOLE},
};

static const struct bp_settings settings = {table, BP_TRAINER_SETTINGS};

bp_status bp_trainer_create(bp_network *network, const bp_cost *cost,
                            const bp_optimizer *optimizer, bp_trainer **trainer)
{
    bp_trainer *made;

    if (network == NULL || !network->built || cost == NULL || optimizer == NULL ||
        trainer == NULL)
        return BP_EINVAL;
    made = bp_host_allocate(&network->host, sizeof *made);
    if (made == NULL)
        return BP_ENOMEM;
    made->network = network;
    made->cost = cost->spec;
    made->optimizer.host = network->host;
    made->optimizer.spec = optimizer->spec;
    bp_settings_reset(&settings, made->settings);
    if (bp_groups_create(made) != BP_OK) {
        bp_host_release(&network->host, made, sizeof *made);
        return BP_ENOMEM;
    }
    *trainer = made;
    return BP_OK;
}

void bp_trainer_drop_carry(struct bp_trainer *trainer)
{
    bp_arena_release(&trainer->carry.kept, &trainer->network->host);
    trainer->carry = (struct bp_carry){.there = false};
}

void bp_trainer_destroy(bp_trainer *trainer)
{
    const struct bp_host *host;

    if (trainer == NULL)
        return;
    host = &trainer->network->host;
    bp_host_release(host, trainer->order,
                    trainer->order_capacity * sizeof *trainer->order);
    bp_trainer_drop_carry(trainer);
    bp_arena_release(&trainer->running, host);
    bp_arena_release(&trainer->state, host);
    bp_model_release(&trainer->model);
    bp_groups_release(trainer);
    bp_host_release(host, trainer, sizeof *trainer);
}

const char *bp_trainer_error(const bp_trainer *trainer)
{
    return trainer != NULL ? trainer->text.line : "";
}

static bp_status fail_busy(struct bp_trainer *trainer)
{
    return bp_fail(&trainer->text, BP_EBUSY, "the trainer is at work");
}

bp_status bp_trainer_check(struct bp_trainer *trainer)
{
    if (!trainer->built)
        return bp_fail(&trainer->text, BP_ESTATE, "the trainer is not built");
    if (trainer->network->busy && !trainer->busy)
        return bp_fail(&trainer->text, BP_EBUSY,
                       "another trainer's step is at work on the network");
    return trainer->busy ? fail_busy(trainer) : BP_OK;
}

bp_status bp_trainer_check_idle(struct bp_trainer *trainer)
{
    return trainer->busy ? fail_busy(trainer) : BP_OK;
}

bp_status bp_trainer_check_rule(struct bp_trainer *trainer, const char *name)
{
    if (trainer->optimizer.spec.kind == BP_OPTIMIZER_LBFGS)
        return bp_fail(&trainer->text, BP_EUNSUPPORTED,
                       "%s has no place in L-BFGS, expected another optimizer", name);
    return BP_OK;
}

/* What a value that is within its bounds must not change. */
static bp_status check_change(struct bp_trainer *trainer, int32_t key, double value)
{
    if (trainer->built && (key == BP_TRAINER_BATCH || key == BP_TRAINER_ACCUMULATE))
        return bp_fail(&trainer->text, BP_ESTATE,
                       "the trainer is built, expected %s before",
                       bp_settings_name(&settings, key));
    if (key == BP_TRAINER_SHUFFLE && trainer->row > 0)
        return bp_fail(&trainer->text, BP_ESTATE,
                       "an epoch is stopped at row %zu, expected shuffle between epochs",
                       trainer->row);
    if (key >= BP_TRAINER_ACCUMULATE && value != table[key - 1].initial)
        return bp_trainer_check_rule(trainer, bp_settings_name(&settings, key));
    return BP_OK;
}

bp_status bp_trainer_set(bp_trainer *trainer, int32_t key, double value)
{
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    status = bp_trainer_check_idle(trainer);
    if (status == BP_OK)
        status = bp_settings_check(&settings, key, value, &trainer->text);
    if (status == BP_OK)
        status = check_change(trainer, key, value);
    if (status != BP_OK)
        return status;
    return bp_settings_set(&settings, trainer->settings, key, value, &trainer->text);
}

bp_status bp_trainer_get(const bp_trainer *trainer, int32_t key, double *value)
{
    if (trainer == NULL || value == NULL)
        return BP_EINVAL;
    return bp_settings_get(&settings, trainer->settings, key, value);
}

/* The optimizer's state: spans of the size of the parameters, one after the other; at the
 * end the sum of gradients, where there is one. */
static bp_status reserve_state(struct bp_trainer *trainer)
{
    const struct bp_network *network = trainer->network;
    const struct bp_optimizer_spec *spec = &trainer->optimizer.spec;
    const bool collects = trainer->settings[BP_TRAINER_ACCUMULATE - 1] > 1;
    struct bp_plan plan = {.element_size = network->engine->element_size};
    const struct bp_plan running = {.element_size = plan.element_size,
                                    .count = network->state_count};
    bp_status status;

    (void)bp_plan_matrix(&plan, bp_optimizer_states(spec) + collects,
                         network->params_count);
    status = bp_arena_reserve(&trainer->state, &network->host, &plan);
    if (status == BP_OK && spec->kind == BP_OPTIMIZER_LBFGS && network->state_count > 0)
        status = bp_arena_reserve(&trainer->running, &network->host, &running);
    if (status != BP_OK) {
        bp_arena_release(&trainer->state, &network->host);
        return bp_fail(&trainer->text, status, "no memory for the optimizer's state");
    }
    trainer->states = bp_optimizer_states(spec);
    trainer->slots = spec->kind == BP_OPTIMIZER_LBFGS ? bp_optimizer_slots(spec) : 0;
    return BP_OK;
}

void *bp_trainer_state_at(const struct bp_trainer *trainer, size_t index)
{
    const struct bp_network *network = trainer->network;

    return bp_at(trainer->state.base, network->engine->element_size,
                 index * network->params_count);
}

bp_status bp_trainer_build(bp_trainer *trainer, uint64_t seed)
{
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    if (trainer->built)
        return bp_fail(&trainer->text, BP_ESTATE, "the trainer is built already");
    status =
        bp_model_create(&trainer->model, trainer->network, &trainer->cost,
                        (size_t)trainer->settings[BP_TRAINER_BATCH - 1], &trainer->text);
    if (status != BP_OK)
        return status;
    status = reserve_state(trainer);
    if (status != BP_OK) {
        bp_model_release(&trainer->model);
        return status;
    }
    trainer->seed = seed;
    trainer->built = true;
    return BP_OK;
}

bp_optimizer *bp_trainer_get_optimizer(bp_trainer *trainer)
{
    return trainer != NULL ? &trainer->optimizer : NULL;
}

bp_status bp_trainer_position(const bp_trainer *trainer, bp_position *position)
{
    if (trainer == NULL || position == NULL || position->struct_size != sizeof *position)
        return BP_EINVAL;
    position->step = trainer->step;
    position->epoch = trainer->epoch;
    position->row = trainer->row;
    return BP_OK;
}

/* What both readers of a gradient share. */
static bp_status get(const struct bp_trainer *trainer, size_t layer, int32_t which,
                     struct bp_values_out values, size_t count)
{
    if (trainer == NULL || (values.f32 == NULL && values.f64 == NULL))
        return BP_EINVAL;
    if (!trainer->built || !trainer->keeps_gradient)
        return BP_ESTATE;
    return bp_tensor_get(trainer->network, &trainer->model.grads, layer, which, values,
                         count);
}

bp_status bp_trainer_get_gradient(const bp_trainer *trainer, size_t layer, int32_t which,
                                  float *values, size_t count)
{
    return get(trainer, layer, which, (struct bp_values_out){.f32 = values}, count);
}

bp_status bp_trainer_get_gradient_f64(const bp_trainer *trainer, size_t layer,
                                      int32_t which, double *values, size_t count)
{
    return get(trainer, layer, which, (struct bp_values_out){.f64 = values}, count);
}

/* What both views share. */
static bp_status view(struct bp_trainer *trainer, const void *values, const void *count,
                      const struct bp_engine *engine)
{
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    status = bp_view_check(trainer->network, values, count, engine, &trainer->text);
    if (status == BP_OK && !trainer->built)
        return bp_fail(&trainer->text, BP_ESTATE, "the trainer is not built");
    if (status == BP_OK)
        trainer->settings[BP_TRAINER_KEEP_GRADIENT - 1] = 1;
    return status;
}

bp_status bp_trainer_get_gradient_view(bp_trainer *trainer, float **values, size_t *count)
{
    const bp_status status = view(trainer, values, count, &bp_engine_f32);

    if (status == BP_OK) {
        *values = trainer->model.grads.base;
        *count = trainer->network->params_count;
    }
    return status;
}

bp_status bp_trainer_get_gradient_view_f64(bp_trainer *trainer, double **values,
                                           size_t *count)
{
    const bp_status status = view(trainer, values, count, &bp_engine_f64);

    if (status == BP_OK) {
        *values = trainer->model.grads.base;
        *count = trainer->network->params_count;
    }
    return status;
}
