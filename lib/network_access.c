/* SPDX-License-Identifier: MIT */
/* Parameters in and out: tensor by tensor as w[to][from], or as one flat view. */
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

bp_status bp_tensor_find(const struct bp_network *network, size_t layer, int32_t which,
                         const void *values, size_t count, const struct bp_place **place)
{
    const struct bp_place *found;

    if (values == NULL)
        return BP_EINVAL;
    if (!network->built)
        return BP_ESTATE;
    found = bp_network_place(network, layer, which);
    if (found == NULL)
        return BP_EINVAL;
    if (count != found->rows * found->cols)
        return BP_ESHAPE;
    *place = found;
    return BP_OK;
}

void bp_tensor_store_f32(const struct bp_network *network, const struct bp_arena *arena,
                         const struct bp_place *place, float *values)
{
    size_t row;

    for (row = 0; row < place->rows; row++)
        network->engine->store_f32(bp_network_row(network, arena, place, row),
                                   place->col_stride, values + row * place->cols,
                                   place->cols);
}

void bp_tensor_store_f64(const struct bp_network *network, const struct bp_arena *arena,
                         const struct bp_place *place, double *values)
{
    size_t row;

    for (row = 0; row < place->rows; row++)
        network->engine->store_f64(bp_network_row(network, arena, place, row),
                                   place->col_stride, values + row * place->cols,
                                   place->cols);
}

bp_status bp_network_get_parameter(const bp_network *network, size_t layer, int32_t which,
                                   float *values, size_t count)
{
    const struct bp_place *place = NULL;
    bp_status status = BP_EINVAL;

    if (network != NULL)
        status = bp_tensor_find(network, layer, which, values, count, &place);
    if (status == BP_OK)
        bp_tensor_store_f32(network, &network->params, place, values);
    return status;
}

bp_status bp_network_get_parameter_f64(const bp_network *network, size_t layer,
                                       int32_t which, double *values, size_t count)
{
    const struct bp_place *place = NULL;
    bp_status status = BP_EINVAL;

    if (network != NULL)
        status = bp_tensor_find(network, layer, which, values, count, &place);
    if (status == BP_OK)
        bp_tensor_store_f64(network, &network->params, place, values);
    return status;
}

/* The fault that bp_tensor_find() saw, in words. */
static bp_status explain(struct bp_network *network, bp_status status, size_t layer,
                         int32_t which, const void *values, size_t count)
{
    if (values == NULL)
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

static bp_status find_to_write(struct bp_network *network, size_t layer, int32_t which,
                               const void *values, size_t count,
                               const struct bp_place **place)
{
    const bp_status status = bp_tensor_find(network, layer, which, values, count, place);

    if (status != BP_OK)
        return explain(network, status, layer, which, values, count);
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

bp_status bp_network_set_parameter(bp_network *network, size_t layer, int32_t which,
                                   const float *values, size_t count)
{
    const struct bp_place *place = NULL;
    bp_status status;
    size_t i;

    if (network == NULL)
        return BP_EINVAL;
    status = find_to_write(network, layer, which, values, count, &place);
    if (status != BP_OK)
        return status;
    for (i = 0; i < count; i++)
        if (!stays_finite(network, values[i]))
            return fail_not_finite(network, i, values[i]);
    for (i = 0; i < place->rows; i++)
        network->engine->load_f32(bp_network_row(network, &network->params, place, i),
                                  place->col_stride, values + i * place->cols,
                                  place->cols);
    return BP_OK;
}

bp_status bp_network_set_parameter_f64(bp_network *network, size_t layer, int32_t which,
                                       const double *values, size_t count)
{
    const struct bp_place *place = NULL;
    bp_status status;
    size_t i;

    if (network == NULL)
        return BP_EINVAL;
    status = find_to_write(network, layer, which, values, count, &place);
    if (status != BP_OK)
        return status;
    for (i = 0; i < count; i++)
        if (!stays_finite(network, values[i]))
            return fail_not_finite(network, i, values[i]);
    for (i = 0; i < place->rows; i++)
        network->engine->load_f64(bp_network_row(network, &network->params, place, i),
                                  place->col_stride, values + i * place->cols,
                                  place->cols);
    return BP_OK;
}

/* What the two views share: the array, if the network is of this precision. */
static bp_status view(struct bp_network *network, const void *values, const void *count,
                      const struct bp_engine *engine)
{
    if (values == NULL || count == NULL)
        return bp_fail_null(&network->text, values == NULL ? "values" : "count");
    if (!network->built)
        return bp_fail(&network->text, BP_ESTATE, "the network is not built");
    if (network->engine != engine)
        return bp_fail(&network->text, BP_ESTATE,
                       "the view is in %s, expected the network's precision",
                       engine == &bp_engine_f64 ? "double" : "float");
    return BP_OK;
}

bp_status bp_network_get_view(bp_network *network, float **values, size_t *count)
{
    const bp_status status =
        network != NULL ? view(network, values, count, &bp_engine_f32) : BP_EINVAL;

    if (status == BP_OK) {
        *values = network->params.base;
        *count = network->params_count;
    }
    return status;
}

bp_status bp_network_get_view_f64(bp_network *network, double **values, size_t *count)
{
    const bp_status status =
        network != NULL ? view(network, values, count, &bp_engine_f64) : BP_EINVAL;

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
