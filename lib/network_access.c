/* SPDX-License-Identifier: MIT */
/* Parameters in and out: tensor by tensor as w[to][from], or as one flat view. Running
 * statistics go the same way, from and to an arena of their own. */
#include "network.h"

#include "tensor_access.h"

void *bp_network_row(const struct bp_network *network, const struct bp_arena *arena,
                     const struct bp_place *place, size_t row)
{
    return bp_at(arena->base, network->engine->element_size,
                 place->offset + row * place->row_stride);
}

const struct bp_place *bp_network_place(const struct bp_network *network, size_t layer,
                                        int32_t which)
{
    const struct bp_node *node;
    const struct bp_place *place;

    if (layer >= network->count ||
        (which != BP_PARAMETER_WEIGHT && which != BP_PARAMETER_BIAS))
        return NULL;
    node = &network->nodes[layer];
    place = which == BP_PARAMETER_WEIGHT ? &node->weight : &node->bias;
    return place->rows > 0 ? place : NULL;
}

bp_status bp_network_parameter_info(const bp_network *network, size_t layer,
                                    int32_t which, bp_parameter_info *info)
{
    const struct bp_place *place;

    if (network == NULL || info == NULL || info->struct_size != sizeof *info)
        return BP_EINVAL;
    if (!network->built)
        return BP_ESTATE;
    place = bp_network_place(network, layer, which);
    if (place == NULL)
        return BP_EINVAL;
    info->which = which;
    info->offset = place->offset;
    info->rows = place->rows;
    info->cols = place->cols;
    info->row_stride = place->row_stride;
    info->col_stride = place->col_stride;
    return BP_OK;
}

static bool is_running(int32_t which)
{
    return which == BP_PARAMETER_RUNNING_MEAN || which == BP_PARAMETER_RUNNING_VARIANCE;
}

const struct bp_place *bp_network_running_place(const struct bp_network *network,
                                                size_t layer, int32_t which)
{
    const struct bp_node *node;
    const struct bp_place *place;

    if (layer >= network->count || !is_running(which))
        return NULL;
    node = &network->nodes[layer];
    place = which == BP_PARAMETER_RUNNING_MEAN ? &node->mean : &node->variance;
    return place->rows > 0 ? place : NULL;
}

/** A tensor in an arena that is laid out as one of the network's. */
struct tensor {
    const struct bp_arena *arena;
    const struct bp_place *place;
};

/* Which of the network's own tensors is asked for. The place is NULL if there is none. */
static struct tensor tensor_of(const struct bp_network *network, size_t layer,
                               int32_t which)
{
    if (is_running(which) && layer < network->count)
        return (struct tensor){&network->state,
                               bp_network_running_place(network, layer, which)};
    return (struct tensor){&network->params, bp_network_place(network, layer, which)};
}

/* What every call with a tensor is given. */
static bp_status check(const struct bp_network *network, const struct bp_place *place,
                       bool given, size_t count)
{
    if (!given)
        return BP_EINVAL;
    if (!network->built)
        return BP_ESTATE;
    if (place == NULL)
        return BP_EINVAL;
    return count == place->rows * place->cols ? BP_OK : BP_ESHAPE;
}

static void store_row(const struct bp_network *network, const void *from,
                      const struct bp_place *place, struct bp_values_out values,
                      size_t first)
{
    if (values.f32 != NULL)
        network->engine->store_f32(from, place->col_stride, values.f32 + first,
                                   place->cols);
    else
        network->engine->store_f64(from, place->col_stride, values.f64 + first,
                                   place->cols);
}

static bp_status get(const struct bp_network *network, const struct tensor *tensor,
                     struct bp_values_out values, size_t count)
{
    const bool given = values.f32 != NULL || values.f64 != NULL;
    const struct bp_place *place = tensor->place;
    const bp_status status = check(network, place, given, count);
    size_t row;

    if (status != BP_OK)
        return status;
    for (row = 0; row < place->rows; row++)
        store_row(network, bp_network_row(network, tensor->arena, place, row), place,
                  values, row * place->cols);
    return BP_OK;
}

bp_status bp_tensor_get(const struct bp_network *network, const struct bp_arena *arena,
                        size_t layer, int32_t which, struct bp_values_out values,
                        size_t count)
{
    const struct tensor tensor = {arena, bp_network_place(network, layer, which)};

    return get(network, &tensor, values, count);
}

bp_status bp_network_get_parameter(const bp_network *network, size_t layer, int32_t which,
                                   float *values, size_t count)
{
    struct tensor tensor;

    if (network == NULL)
        return BP_EINVAL;
    tensor = tensor_of(network, layer, which);
    return get(network, &tensor, (struct bp_values_out){.f32 = values}, count);
}

bp_status bp_network_get_parameter_f64(const bp_network *network, size_t layer,
                                       int32_t which, double *values, size_t count)
{
    struct tensor tensor;

    if (network == NULL)
        return BP_EINVAL;
    tensor = tensor_of(network, layer, which);
    return get(network, &tensor, (struct bp_values_out){.f64 = values}, count);
}

/** Where values come from: one of the two. */
struct values_in {
    const float *f32;
    const double *f64;
};

static double value_at(struct values_in values, size_t i)
{
    return values.f32 != NULL ? (double)values.f32[i] : values.f64[i];
}

/* The fault that check() saw, in words. */
static bp_status explain(struct bp_network *network, bp_status status, size_t layer,
                         int32_t which, bool given, size_t count)
{
    if (!given)
        return bp_fail_null(&network->text, "values");
    if (status == BP_ESTATE)
        return bp_fail(&network->text, status, "the network is not built");
    if (layer >= network->count)
        return bp_fail(&network->text, status, "layer is %zu, expected below %zu", layer,
                       network->count);
    if (status == BP_EINVAL)
        return bp_fail(&network->text, status,
                       "which is %d, expected a parameter that layer %zu has", (int)which,
                       layer);
    return bp_fail(&network->text, status,
                   "count is %zu, expected rows * cols of layer %zu", count, layer);
}

static bp_status check_to_write(struct bp_network *network, size_t layer, int32_t which,
                                bool given, size_t count)
{
    const struct bp_place *place = tensor_of(network, layer, which).place;
    const bp_status status = check(network, place, given, count);

    if (status != BP_OK)
        return explain(network, status, layer, which, given, count);
    if (network->busy)
        return bp_fail(&network->text, BP_EBUSY, "the network is in a training step");
    return BP_OK;
}

static bp_status fail_not_finite(struct bp_network *network, size_t index, double value)
{
    return bp_fail(&network->text, BP_EDATA,
                   "values[%zu] is %s, expected a finite number", index,
                   bp_number(value).text);
}

/* Finite in the network's precision; a number minus itself is 0, or NaN. */
static bool stays_finite(const struct bp_network *network, double value)
{
    const double kept = network->engine == &bp_engine_f64 ? value : (double)(float)value;

    return kept - kept == 0;
}

static bp_status check_values(struct bp_network *network, int32_t which,
                              struct values_in values, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (!stays_finite(network, value_at(values, i)))
            return fail_not_finite(network, i, value_at(values, i));
        if (which == BP_PARAMETER_RUNNING_VARIANCE && value_at(values, i) < 0)
            return bp_fail(&network->text, BP_EDATA,
                           "values[%zu] is %s, expected a variance of 0 or more", i,
                           bp_number(value_at(values, i)).text);
    }
    return BP_OK;
}

static void load_row(const struct bp_network *network, void *to,
                     const struct bp_place *place, struct values_in values, size_t first)
{
    if (values.f32 != NULL)
        network->engine->load_f32(to, place->col_stride, values.f32 + first, place->cols);
    else
        network->engine->load_f64(to, place->col_stride, values.f64 + first, place->cols);
}

static void load(const struct bp_network *network, const struct bp_arena *arena,
                 const struct bp_place *place, struct values_in values)
{
    size_t row;

    for (row = 0; row < place->rows; row++)
        load_row(network, bp_network_row(network, arena, place, row), place, values,
                 row * place->cols);
}

void bp_tensor_set(const struct bp_network *network, const struct bp_arena *arena,
                   size_t layer, int32_t which, const double *values)
{
    load(network, arena, bp_network_place(network, layer, which),
         (struct values_in){.f64 = values});
}

static bp_status set(struct bp_network *network, size_t layer, int32_t which,
                     struct values_in values, size_t count)
{
    const bool given = values.f32 != NULL || values.f64 != NULL;
    const struct tensor tensor = tensor_of(network, layer, which);
    bp_status status = check_to_write(network, layer, which, given, count);

    if (status == BP_OK)
        status = check_values(network, which, values, count);
    if (status == BP_OK)
        load(network, tensor.arena, tensor.place, values);
    return status;
}

bp_status bp_network_set_parameter(bp_network *network, size_t layer, int32_t which,
                                   const float *values, size_t count)
{
    if (network == NULL)
        return BP_EINVAL;
    return set(network, layer, which, (struct values_in){.f32 = values}, count);
}

bp_status bp_network_set_parameter_f64(bp_network *network, size_t layer, int32_t which,
                                       const double *values, size_t count)
{
    if (network == NULL)
        return BP_EINVAL;
    return set(network, layer, which, (struct values_in){.f64 = values}, count);
}

bp_status bp_view_check(const struct bp_network *network, const void *values,
                        const void *count, const struct bp_engine *engine,
                        struct bp_text *text)
{
    if (values == NULL || count == NULL)
        return bp_fail_null(text, values == NULL ? "values" : "count");
    if (!network->built)
        return bp_fail(text, BP_ESTATE, "the network is not built");
    if (network->engine != engine)
        return bp_fail(text, BP_ESTATE,
                       "the view is in %s, expected the network's precision",
                       engine == &bp_engine_f64 ? "double" : "float");
    return BP_OK;
}

/* What the two views share. */
static bp_status view(struct bp_network *network, const void *values, const void *count,
                      const struct bp_engine *engine)
{
    if (network == NULL)
        return BP_EINVAL;
    return bp_view_check(network, values, count, engine, &network->text);
}

bp_status bp_network_get_view(bp_network *network, float **values, size_t *count)
{
    const bp_status status = view(network, values, count, &bp_engine_f32);

    if (status == BP_OK) {
        *values = network->params.base;
        *count = network->params_count;
    }
    return status;
}

bp_status bp_network_get_view_f64(bp_network *network, double **values, size_t *count)
{
    const bp_status status = view(network, values, count, &bp_engine_f64);

    if (status == BP_OK) {
        *values = network->params.base;
        *count = network->params_count;
    }
    return status;
}

/* Rows as they lie in memory: weights by `from`, the others have one. */
static void clear_padding(const struct bp_network *network, const struct bp_place *place)
{
    const bool by_col = place->row_stride == 1;
    const size_t rows = by_col ? place->cols : place->rows;
    const size_t width = by_col ? place->rows : place->cols;
    const size_t stride = by_col ? place->col_stride : place->row_stride;
    size_t r;

    for (r = 0; r < rows; r++)
        network->engine->clear(bp_at(network->params.base, network->engine->element_size,
                                     place->offset + r * stride + width),
                               stride - width);
}

bp_status bp_network_view_changed(bp_network *network)
{
    size_t i;

    if (network == NULL)
        return BP_EINVAL;
    if (!network->built)
        return bp_fail(&network->text, BP_ESTATE, "the network is not built");
    if (network->busy)
        return bp_fail(&network->text, BP_EBUSY, "the network is in a training step");
    for (i = 0; i < network->count; i++) {
        clear_padding(network, &network->nodes[i].weight);
        clear_padding(network, &network->nodes[i].bias);
    }
    return BP_OK;
}
