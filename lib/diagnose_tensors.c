/* SPDX-License-Identifier: MIT */
/* What the parts of a look share: tensors, read row by row in double. */
#include "diagnose.h"

bool bp_examine_is_dense(const struct bp_network *network, size_t layer)
{
    return network->nodes[layer].spec.kind == BP_LAYER_KIND_DENSE;
}

const double *bp_examine_row(const struct bp_examination *look,
                             const struct bp_network *network,
                             const struct bp_arena *arena, const struct bp_place *place,
                             size_t row)
{
    network->engine->store_f64(bp_network_row(network, arena, place, row),
                               place->col_stride, look->row, place->cols);
    return look->row;
}

double bp_examine_squares(const struct bp_examination *look,
                          const struct bp_network *network, const struct bp_arena *arena,
                          const struct bp_place *place)
{
    double sum = 0;
    size_t row;
    size_t j;

    for (row = 0; row < place->rows; row++) {
        const double *values = bp_examine_row(look, network, arena, place, row);

        for (j = 0; j < place->cols; j++)
            sum += values[j] * values[j];
    }
    return sum;
}

static bool is_finite(const struct bp_examination *look, const struct bp_network *network,
                      const struct bp_arena *arena, const struct bp_place *place)
{
    double sum = 0;
    size_t row;
    size_t j;

    for (row = 0; row < place->rows; row++) {
        const double *values = bp_examine_row(look, network, arena, place, row);

        for (j = 0; j < place->cols; j++)
            sum += values[j] - values[j];
    }
    return sum == 0;
}

bool bp_examine_finite(const struct bp_examination *look,
                       const struct bp_network *network, const struct bp_arena *arena,
                       size_t layer)
{
    const struct bp_node *node = &network->nodes[layer];

    return is_finite(look, network, arena, &node->weight) &&
           is_finite(look, network, arena, &node->bias);
}

void bp_find_not_finite(struct bp_examination *look, size_t layer, const char *what)
{
    const bp_finding finding = {
        .code = BP_FINDING_NOT_FINITE, .severity = BP_SEVERITY_FAULT, .layer = layer};
    struct bp_text text;

    BP_FINDING_LINE(&text, "layer %zu is the first whose %s are not finite", layer, what);
    bp_diagnosis_add(look->diagnosis, &finding, &text);
}

bp_status bp_examine_no_memory(struct bp_examination *look)
{
    return bp_fail(&look->trainer->text, BP_ENOMEM, "no memory for the diagnosis");
}
