/* SPDX-License-Identifier: MIT */
/*
 * A place takes the class of the largest output; how sure it is, the distance to the next
 * largest tells: of probabilities as they are, of other outputs bent to [0, 1).
 */
#include "region.h"

#include "batch.h"

#include <math.h>

static void widen(double *low, double *high)
{
    const double margin = *high > *low ? 0.08 * (*high - *low) : 1;

    *low -= margin;
    *high += margin;
}

struct bp_region bp_region_around(const struct bp_dataset *data)
{
    struct bp_region region = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    size_t i;

    for (i = 0; i < bp_dataset_rows(data); i++) {
        const float *x = bp_dataset_input_row(data, i);

        region.x0 = fmin(region.x0, x[0]);
        region.x1 = fmax(region.x1, x[0]);
        region.y0 = fmin(region.y0, x[1]);
        region.y1 = fmax(region.y1, x[1]);
    }
    widen(&region.x0, &region.x1);
    widen(&region.y0, &region.y1);
    return region;
}

static double output_at(const struct bp_workspace *workspace, size_t row, size_t col)
{
    const struct bp_pass *pass = &workspace->pass;
    const struct bp_engine *engine = pass->network->engine;
    const void *values = bp_pass_row(pass, bp_pass_last(pass)->output,
                                     bp_network_width(pass->network), row);
    double value;

    engine->store_f64(bp_at(values, engine->element_size, col), 1, &value, 1);
    return value;
}

/* The largest output without the one of the class. */
static double next_best(const struct bp_workspace *workspace, size_t row, size_t class)
{
    const size_t width = bp_network_width(workspace->network);
    double best = -HUGE_VAL;
    size_t j;

    for (j = 0; j < width; j++)
        if (j != class)
            best = fmax(best, output_at(workspace, row, j));
    return best;
}

static double margin_of(const struct bp_workspace *workspace, size_t row, size_t class)
{
    const int32_t range = bp_network_range(workspace->network);
    const bool unit = range == BP_RANGE_UNIT || range == BP_RANGE_PROBABILITY;
    double margin;

    if (bp_network_width(workspace->network) == 1)
        margin = fabs(unit ? 2 * output_at(workspace, row, 0) - 1
                           : output_at(workspace, row, 0));
    else
        margin = output_at(workspace, row, class) - next_best(workspace, row, class);
    return unit ? margin : margin / (1 + margin);
}

static uint8_t cell_of(const struct bp_workspace *workspace, size_t row)
{
    const size_t class = (size_t)bp_workspace_class(workspace, row);
    const double margin = margin_of(workspace, row, class);
    const int level = margin < 0.4 ? 0 : margin < 0.9 ? 1 : 2;

    return (uint8_t)((int)(class % BP_REGION_CLASSES) * BP_REGION_LEVELS + level);
}

/* The middle of a cell; y points up. */
static void place_of(const struct bp_region *region, size_t cell, float place[2])
{
    const double x = ((double)(cell % BP_REGION_SIDE) + 0.5) / BP_REGION_SIDE;
    const double y = ((double)(cell / BP_REGION_SIDE) + 0.5) / BP_REGION_SIDE;

    place[0] = (float)(region->x0 + x * (region->x1 - region->x0));
    place[1] = (float)(region->y1 - y * (region->y1 - region->y0));
}

static bp_status fill(struct bp_workspace *workspace, const struct bp_region *region,
                      uint8_t *cells)
{
    struct bp_pass *pass = &workspace->pass;
    float places[2 * BP_REGION_SIDE];
    size_t first;
    size_t i;

    for (first = 0; first < BP_REGION_CELLS; first += BP_REGION_SIDE) {
        const struct bp_batch batch = {.rows = BP_REGION_SIDE, .inputs = places};

        for (i = 0; i < BP_REGION_SIDE; i++)
            place_of(region, first + i, places + 2 * i);
        bp_batch_load(&batch, pass);
        if (bp_pass_forward(pass) != 0)
            return bp_fail(&workspace->text, BP_ESTOPPED,
                           "an operation stopped the prediction");
        for (i = 0; i < BP_REGION_SIDE; i++)
            cells[first + i] = cell_of(workspace, i);
    }
    return BP_OK;
}

bp_status bp_region_fill(struct bp_workspace *workspace, const struct bp_region *region,
                         uint8_t cells[BP_REGION_CELLS])
{
    bp_status status;

    workspace->busy = true;
    status = fill(workspace, region, cells);
    workspace->busy = false;
    return status;
}
