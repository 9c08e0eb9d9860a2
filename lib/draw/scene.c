/* SPDX-License-Identifier: MIT */
#include "draw/scene.h"

#include <math.h>

enum { LEAST_WIDTH = 360, SPACING = 112, MARGIN = 34, NAMES = 76 };

size_t bp_scene_columns(const struct bp_scene *scene)
{
    return scene->network->count + 1;
}

static size_t units_of(const struct bp_scene *scene, size_t column)
{
    return column == 0 ? scene->network->inputs
                       : scene->network->nodes[column - 1].outputs;
}

/* The unit of the connection that lies in this column. */
static size_t kept_of(const struct bp_scene *scene, size_t column)
{
    const bp_connection *connection = scene->connection;

    if (connection == NULL)
        return 0;
    if (connection->kind == BP_CONNECTION_INPUT)
        return column == 0 ? connection->from : 0;
    if (column == connection->layer + 1)
        return connection->to;
    return column == connection->layer && connection->kind == BP_CONNECTION_WEIGHT
               ? connection->from
               : 0;
}

static double spacing_of(const struct bp_scene *scene)
{
    const double gaps = (double)bp_scene_columns(scene) - 1;

    return fmax(SPACING, (LEAST_WIDTH - 2 * MARGIN - scene->left) / gaps);
}

struct bp_column bp_scene_column(const struct bp_scene *scene, size_t index)
{
    const size_t most = scene->options->units;
    struct bp_column column = {.index = index, .units = units_of(scene, index)};

    column.slots = column.units < most ? column.units : most;
    column.head = column.units <= most ? column.slots : most / 2;
    column.kept = kept_of(scene, index);
    column.x = scene->left + MARGIN + spacing_of(scene) * (double)index;
    column.top = BP_TOP + BP_STEP / 2.0 * (double)(bp_scene_slots(scene) - column.slots);
    return column;
}

size_t bp_scene_slots(const struct bp_scene *scene)
{
    size_t most = 0;
    size_t i;

    for (i = 0; i < bp_scene_columns(scene); i++)
        if (units_of(scene, i) > most)
            most = units_of(scene, i);
    return most < scene->options->units ? most : scene->options->units;
}

void bp_scene_measure(struct bp_scene *scene, double below)
{
    const bp_picture_options *options = scene->options;
    const double gaps = (double)bp_scene_columns(scene) - 1;

    scene->left = options->input_names != NULL ? NAMES : 0;
    scene->width = scene->left + 2 * MARGIN + spacing_of(scene) * gaps +
                   (options->output_names != NULL ? NAMES : 0);
    scene->height =
        BP_TOP + BP_STEP * ((double)bp_scene_slots(scene) - 1) + BP_RADIUS + 14 + below;
}

/* The places are: the first units (of which the last may be the one that is kept), the
 * gap, the last units. */
size_t bp_column_unit(const struct bp_column *column, size_t slot)
{
    const size_t tail = column->slots - column->head - 1;

    if (column->slots == column->units)
        return slot;
    if (slot == column->head)
        return SIZE_MAX;
    if (slot > column->head)
        return column->units - (column->slots - slot);
    if (slot + 1 == column->head && column->kept > slot &&
        column->kept < column->units - tail)
        return column->kept;
    return slot;
}

size_t bp_column_hidden(const struct bp_column *column)
{
    return column->slots == column->units ? 0 : column->units - column->slots + 1;
}

double bp_column_y(const struct bp_column *column, size_t slot)
{
    return column->top + BP_STEP * (double)slot;
}

double bp_scene_value(const struct bp_scene *scene, size_t column, size_t unit,
                      size_t row)
{
    const struct bp_record *record = &scene->trace->record;
    const size_t offset = column == 0 ? record->input : record->slots[column - 1].a;

    return bp_record_row(record, row)[offset + unit];
}

double bp_scene_gradient(const struct bp_scene *scene, size_t column, size_t unit)
{
    const struct bp_record *record = &scene->trace->record;
    const size_t offset =
        column == 0 ? record->input_grad : record->slots[column - 1].a_grad;

    return bp_record_row(record, scene->row)[offset + unit];
}

double bp_scene_link(const struct bp_scene *scene, size_t layer, size_t to, size_t from,
                     bool *there)
{
    const struct bp_node *node = &scene->network->nodes[layer];
    const bool dense = node->spec.kind == BP_LAYER_KIND_DENSE;

    *there = dense || to == from || node->spec.kind == BP_LAYER_KIND_CUSTOM;
    if (!dense)
        return node->spec.kind == BP_LAYER_KIND_CUSTOM ? 0 : 1;
    return ((const double *)scene->network->params
                .base)[node->weight.offset + to * node->weight.row_stride +
                       from * node->weight.col_stride];
}

const char *bp_scene_activation(const struct bp_scene *scene, size_t layer)
{
    const struct bp_layer_spec *spec = &scene->network->nodes[layer].spec;

    switch (spec->kind) {
    case BP_LAYER_KIND_DROPOUT: return "dropout";
    case BP_LAYER_KIND_NOISE: return "noise";
    case BP_LAYER_KIND_LAYER_NORM: return "layer norm";
    case BP_LAYER_KIND_BATCH_NORM: return "batch norm";
    default: break;
    }
    if (spec->kind == BP_LAYER_KIND_CUSTOM)
        return spec->layer_name;
    if (spec->activation == BP_ACTIVATION_CUSTOM)
        return spec->activation_name;
    return bp_activation_name(spec->activation);
}

/* ---- the frame ---- */

/* Blue and orange differ for every kind of colour blindness. Text has a contrast of 4.5
 * or more against the ground, lines of 3 or more. */
static const char style[] =
    "<style>"
    ".bp{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;"
    "font-size:11px}"
    ".bp .g{fill:#fff}.bp .t{fill:#1b1f24}.bp .d{fill:#59636e}"
    ".bp .l{stroke:#1b1f24;fill:none}.bp .u{stroke:#59636e;fill:#fff}"
    ".bp .p{stroke:#0072b2}.bp .n{stroke:#c04a00;stroke-dasharray:5 3}"
    ".bp .pf{fill:#0072b2}.bp .nf{fill:#c04a00}"
    ".bp .halo{stroke:#fff;stroke-width:6px;stroke-linejoin:round;paint-order:stroke}"
    ".bp .m{text-anchor:middle}.bp .e{text-anchor:end}.bp .b{font-weight:600}"
    ".bp .x{font-size:10px}.bp .y{font-size:13px}"
    "@media(prefers-color-scheme:dark){"
    ".bp .g{fill:#14181d}.bp .t{fill:#eef1f4}.bp .d{fill:#a9b4c0}"
    ".bp .l{stroke:#eef1f4}.bp .u{stroke:#a9b4c0;fill:#14181d}"
    ".bp .p{stroke:#56b4e9}.bp .n{stroke:#f0a13c}"
    ".bp .pf{fill:#56b4e9}.bp .nf{fill:#f0a13c}"
    ".bp .halo{stroke:#14181d}}"
    "@media(prefers-reduced-motion:reduce){.bp .move{display:none}}"
    "</style>";

void bp_svg_open(const struct bp_scene *scene, const char *title, const char *text)
{
    const char *given = scene->options->title;
    struct bp_page *page = scene->page;

    bp_page_put(page,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"bp\" role=\"img\" "
                "viewBox=\"0 0 %f %f\" width=\"%f\" height=\"%f\" "
                "style=\"max-width:100%%;height:auto\">\n",
                scene->width, scene->height, scene->width, scene->height);
    bp_page_put(page, "<title>%e</title>\n<desc>%s</desc>\n%s\n",
                given != NULL ? given : title, text, style);
    bp_page_put(page, "<rect class=\"g\" width=\"%f\" height=\"%f\"/>\n", scene->width,
                scene->height);
    bp_page_put(page, "<text class=\"t b y\" x=\"14\" y=\"24\">%e</text>\n",
                given != NULL ? given : title);
}

void bp_svg_close(const struct bp_scene *scene)
{
    bp_page_put(scene->page, "</svg>\n");
}

const char *bp_svg_sign(double value)
{
    return value < 0 ? "n" : "p";
}
