/* SPDX-License-Identifier: MIT */
#include "workspace.h"

bp_status bp_workspace_create(const bp_network *network, size_t rows,
                              bp_workspace **workspace)
{
    bp_workspace *made;
    bp_status status;

    if (network == NULL || rows == 0 || workspace == NULL)
        return BP_EINVAL;
    if (!network->built)
        return BP_ESTATE;
    made = bp_host_allocate(&network->host, sizeof *made);
    if (made == NULL)
        return BP_ENOMEM;
    made->network = network;
    status = bp_pass_create(&made->pass, network, rows, false);
    if (status != BP_OK) {
        bp_host_release(&network->host, made, sizeof *made);
        return status == BP_ELIMIT ? BP_EINVAL : status;
    }
    *workspace = made;
    return BP_OK;
}

void bp_workspace_destroy(bp_workspace *workspace)
{
    if (workspace == NULL)
        return;
    bp_pass_release(&workspace->pass);
    bp_host_release(&workspace->network->host, workspace, sizeof *workspace);
}

const char *bp_workspace_error(const bp_workspace *workspace)
{
    return workspace != NULL ? workspace->text.line : "";
}

bp_status bp_workspace_check(const struct bp_network *network,
                             struct bp_workspace *workspace)
{
    if (network == NULL && workspace != NULL)
        return bp_fail_null(&workspace->text, "network");
    if (network == NULL || workspace == NULL)
        return BP_EINVAL;
    if (workspace->network != network)
        return bp_fail(&workspace->text, BP_EINVAL,
                       "workspace was made for another network");
    if (workspace->busy)
        return bp_fail(&workspace->text, BP_EBUSY, "the workspace is at work");
    return BP_OK;
}

static double output_at(const struct bp_workspace *workspace, size_t row, size_t col)
{
    const struct bp_pass *pass = &workspace->pass;
    const struct bp_engine *engine = pass->network->engine;
    const void *values =
        bp_pass_row(pass, bp_pass_last(pass)->output, bp_network_width(pass->network),
                    row);
    double value;

    engine->store_f64(bp_at(values, engine->element_size, col), 1, &value, 1);
    return value;
}

/* One unit decides between two classes: by probability, or by sign. */
static int32_t class_of_one(const struct bp_workspace *workspace, size_t row)
{
    const int32_t range = bp_network_range(workspace->network);
    const bool unit = range == BP_RANGE_UNIT || range == BP_RANGE_PROBABILITY;

    return output_at(workspace, row, 0) >= (unit ? 0.5 : 0);
}

int32_t bp_workspace_class(const struct bp_workspace *workspace, size_t row)
{
    const size_t width = bp_network_width(workspace->network);
    double best = output_at(workspace, row, 0);
    int32_t class = 0;
    size_t j;

    if (width == 1)
        return class_of_one(workspace, row);
    for (j = 1; j < width; j++) {
        const double value = output_at(workspace, row, j);

        if (value > best) {
            best = value;
            class = (int32_t)j;
        }
    }
    return class;
}
