/* SPDX-License-Identifier: MIT */
#include "bundle.h"

#include <string.h>

/* Tensors of a layer, in the order of the file. */
static const struct bp_word parameters[] = {
    {BP_PARAMETER_WEIGHT, "weight"},
    {BP_PARAMETER_BIAS, "bias"},
    {BP_PARAMETER_RUNNING_MEAN, "running_mean"},
    {BP_PARAMETER_RUNNING_VARIANCE, "running_var"},
};

enum { PARAMETERS = sizeof parameters / sizeof parameters[0], SCALER_TENSORS = 2 };

/* Offsets and scales lie side by side. */
static void scaler_tensor(const struct bp_scaler *scaler, size_t which,
                          struct bp_stored *stored)
{
    struct bp_affine *first = scaler->columns;

    memset(stored, 0, sizeof *stored);
    strcpy(stored->name.text, which == 0 ? "scaler.offset" : "scaler.scale");
    stored->dtype = BP_DTYPE_F64;
    stored->rank = 1;
    if (first != NULL)
        stored->elements = (unsigned char *)(which == 0 ? &first->offset : &first->scale);
    stored->rows = 1;
    stored->cols = scaler->cols;
    stored->col_stride = sizeof *first / sizeof(double);
}

/* Weights of a dense layer are a matrix; all others are rows. */
static bool is_matrix(const struct bp_network *network, size_t layer, int32_t which)
{
    return which == BP_PARAMETER_WEIGHT &&
           network->nodes[layer].spec.kind == BP_LAYER_KIND_DENSE;
}

static bool parameter_tensor(const struct bp_network *network, size_t layer,
                             const struct bp_word *parameter, struct bp_stored *stored)
{
    const struct bp_placed tensor = bp_network_tensor(network, layer, parameter->value);
    const struct bp_place *place = tensor.place;

    if (place == NULL)
        return false;
    memset(stored, 0, sizeof *stored);
    (void)bp_key(&stored->name, "layers", layer, parameter->name);
    stored->dtype =
        network->settings[BP_NETWORK_PRECISION - 1] == (double)BP_PRECISION_F64
            ? BP_DTYPE_F64
            : BP_DTYPE_F32;
    stored->rank = is_matrix(network, layer, parameter->value) ? 2 : 1;
    if (network->built)
        stored->elements = bp_network_row(network, tensor.arena, place, 0);
    stored->is_variance = parameter->value == BP_PARAMETER_RUNNING_VARIANCE;
    stored->rows = place->rows;
    stored->cols = place->cols;
    stored->row_stride = place->row_stride;
    stored->col_stride = place->col_stride;
    return true;
}

/* Doubles come first, so that they lie on their boundary in the file. */
bool bp_walk_next(struct bp_walk *walk, struct bp_stored *stored)
{
    const size_t end = SCALER_TENSORS + PARAMETERS * walk->network->count;
    bool found = false;

    while (!found && walk->step < end) {
        const size_t step = walk->step++;

        if (step >= SCALER_TENSORS) {
            const size_t i = step - SCALER_TENSORS;

            found = parameter_tensor(walk->network, i / PARAMETERS,
                                     &parameters[i % PARAMETERS], stored);
        } else if (walk->scaler != NULL) {
            scaler_tensor(walk->scaler, step, stored);
            found = true;
        }
    }
    return found;
}

struct bp_st_tensor bp_stored_tensor(const struct bp_stored *stored)
{
    struct bp_st_tensor tensor = {.name = stored->name.text,
                                  .dtype = stored->dtype,
                                  .rank = stored->rank,
                                  .count = stored->rows * stored->cols};

    tensor.shape[0] = stored->rank == 2 ? stored->rows : stored->cols;
    tensor.shape[1] = stored->rank == 2 ? stored->cols : 0;
    return tensor;
}
