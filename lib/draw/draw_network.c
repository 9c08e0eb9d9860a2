/* SPDX-License-Identifier: MIT */
/* The network: weights as lines, their sign by colour and dashes, their size by width. */
#include "draw/scene.h"

#include <math.h>

enum { FEW_LINKS = 6 };

double bp_draw_largest(const struct bp_scene *scene, size_t layer)
{
    const struct bp_node *node = &scene->network->nodes[layer];
    double most = 1e-300;
    bool there;
    size_t to;
    size_t from;

    for (to = 0; to < node->outputs; to++)
        for (from = 0; from < node->inputs; from++)
            most = fmax(most, fabs(bp_scene_link(scene, layer, to, from, &there)));
    return most;
}

/** Two units that are shown, and what joins them. */
struct link {
    size_t layer, to, from;
    double x1, y1, x2, y2;
    double weight;
};

static bool is_connection(const struct bp_scene *scene, const struct link *link)
{
    const bp_connection *connection = scene->connection;

    return connection != NULL && connection->kind == BP_CONNECTION_WEIGHT &&
           connection->layer == link->layer && connection->to == link->to &&
           connection->from == link->from;
}

static void draw_link(const struct bp_scene *scene, const struct link *link, double most)
{
    const double size = fabs(link->weight) / most;
    const bool chosen = is_connection(scene, link);
    struct bp_page *page = scene->page;

    bp_page_put(page,
                "<path class=\"%s\" fill=\"none\" stroke-width=\"%f\" opacity=\"%f\" "
                "d=\"M%f %fL%f %f\"><title>",
                bp_svg_sign(link->weight), 0.6 + 3.4 * size + (chosen ? 2 : 0),
                chosen ? 1 : 0.35 + 0.6 * size, link->x1, link->y1, link->x2, link->y2);
    bp_page_put(page, "layer %z, to %z from %z: %g", link->layer, link->to, link->from,
                link->weight);
    if (scene->trace != NULL) {
        const struct bp_record *record = &scene->trace->record;
        const double *row = bp_record_row(record, scene->row);

        if (scene->network->nodes[link->layer].spec.kind == BP_LAYER_KIND_DENSE)
            bp_page_put(page, ", dC/dw %g",
                        row[bp_record_input(record, link->layer) + link->from] *
                            row[record->slots[link->layer].z_grad + link->to]);
    }
    bp_page_put(page, "</title></path>\n");
}

/* Near its beginning, where lines to one unit have not met yet. */
static void draw_number(const struct bp_scene *scene, const struct link *link)
{
    const double part = 0.3;

    bp_page_put(scene->page, "<text class=\"t x m halo\" x=\"%f\" y=\"%f\">%g</text>\n",
                link->x1 + part * (link->x2 - link->x1),
                link->y1 + part * (link->y2 - link->y1) + 3.5, link->weight);
}

/* Every pair of units that are shown and joined: the lines, or the numbers on them. */
static void each_link(const struct bp_scene *scene, size_t layer, bool numbers)
{
    const struct bp_column before = bp_scene_column(scene, layer);
    const struct bp_column after = bp_scene_column(scene, layer + 1);
    const double most = bp_draw_largest(scene, layer);
    size_t s;
    size_t t;

    for (s = 0; s < before.slots; s++) {
        for (t = 0; t < after.slots; t++) {
            struct link link = {layer,
                                bp_column_unit(&after, t),
                                bp_column_unit(&before, s),
                                before.x + BP_RADIUS,
                                bp_column_y(&before, s),
                                after.x - BP_RADIUS,
                                bp_column_y(&after, t),
                                0};
            bool there = link.to != SIZE_MAX && link.from != SIZE_MAX;

            if (there)
                link.weight = bp_scene_link(scene, layer, link.to, link.from, &there);
            if (there && !numbers)
                draw_link(scene, &link, most);
            if (there && numbers)
                draw_number(scene, &link);
        }
    }
}

/* ---- units ---- */

static void draw_gap(const struct bp_scene *scene, const struct bp_column *column,
                     double y)
{
    bp_page_put(scene->page,
                "<text class=\"d x m\" x=\"%f\" y=\"%f\">&#8942; %z more</text>\n",
                column->x, y + 3.5, bp_column_hidden(column));
}

static double shown_value(const struct bp_scene *scene, size_t column, size_t unit,
                          bool moved)
{
    const size_t rows = scene->trace->record.rows;
    const double value = bp_scene_value(scene, column, unit, scene->row);

    return moved ? bp_scene_value(scene, column, unit, rows) - value : value;
}

static double largest_value(const struct bp_scene *scene, const struct bp_column *column,
                            bool moved)
{
    double most = 1e-300;
    size_t i;

    for (i = 0; i < column->units; i++)
        most = fmax(most, fabs(shown_value(scene, column->index, i, moved)));
    return most;
}

/* The ground of a unit is tinted by its value. */
static void draw_value(const struct bp_scene *scene, const struct bp_column *column,
                       size_t unit, double y, bool moved)
{
    const double value = shown_value(scene, column->index, unit, moved);
    const double most = largest_value(scene, column, moved);

    bp_page_put(scene->page,
                "<circle class=\"%sf\" cx=\"%f\" cy=\"%f\" r=\"%z\" "
                "fill-opacity=\"%f\"/>\n",
                bp_svg_sign(value), column->x, y, (size_t)BP_RADIUS - 1,
                0.3 * fabs(value) / most);
    bp_page_put(scene->page, "<text class=\"t x m\" x=\"%f\" y=\"%f\">%h</text>\n",
                column->x, y + 3.5, value);
}

static void draw_name(const struct bp_scene *scene, const struct bp_column *column,
                      size_t unit, double y)
{
    const bp_picture_options *options = scene->options;
    const bool input = column->index == 0;
    const bool output = column->index == scene->network->count;
    const char *name = input && options->input_names != NULL ? options->input_names[unit]
                       : output && options->output_names != NULL
                           ? options->output_names[unit]
                           : NULL;

    if (name != NULL)
        bp_page_put(scene->page,
                    "<text class=\"t %s\" x=\"%f\" y=\"%f\">%n<title>%e</title></text>\n",
                    input ? "e" : "", column->x + (input ? -1 : 1) * (BP_RADIUS + 5.0),
                    y + 4, name, name);
}

static void draw_unit(const struct bp_scene *scene, const struct bp_column *column,
                      size_t slot, bool moved)
{
    const size_t unit = bp_column_unit(column, slot);
    const double y = bp_column_y(column, slot);

    if (unit == SIZE_MAX) {
        draw_gap(scene, column, y);
        return;
    }
    bp_page_put(scene->page,
                "<circle class=\"u\" cx=\"%f\" cy=\"%f\" r=\"%z\"><title>unit %z</title>"
                "</circle>\n",
                column->x, y, (size_t)BP_RADIUS, unit);
    if (scene->trace != NULL)
        draw_value(scene, column, unit, y, moved);
    else
        bp_page_put(scene->page, "<text class=\"d x m\" x=\"%f\" y=\"%f\">%z</text>\n",
                    column->x, y + 3.5, unit);
    draw_name(scene, column, unit, y);
}

static void draw_head(const struct bp_scene *scene, const struct bp_column *column)
{
    struct bp_page *page = scene->page;

    if (column->index == 0)
        bp_page_put(page, "<text class=\"t m\" x=\"%f\" y=\"46\">inputs</text>\n",
                    column->x);
    else
        bp_page_put(page, "<text class=\"t m\" x=\"%f\" y=\"46\">%e</text>\n", column->x,
                    bp_scene_activation(scene, column->index - 1));
    bp_page_put(page, "<text class=\"d x m\" x=\"%f\" y=\"60\">", column->x);
    if (column->index > 0)
        bp_page_put(page, "layer %z: ", column->index - 1);
    bp_page_put(page, "%z</text>\n", column->units);
}

static size_t shown_links(const struct bp_scene *scene, size_t layer)
{
    return bp_scene_column(scene, layer).slots * bp_scene_column(scene, layer + 1).slots;
}

void bp_draw_columns(const struct bp_scene *scene, bool moved)
{
    size_t i;
    size_t slot;

    for (i = 0; i < scene->network->count; i++)
        each_link(scene, i, false);
    for (i = 0; i < scene->network->count; i++)
        if (shown_links(scene, i) <= FEW_LINKS &&
            scene->network->nodes[i].spec.kind == BP_LAYER_KIND_DENSE)
            each_link(scene, i, true);
    for (i = 0; i < bp_scene_columns(scene); i++) {
        const struct bp_column column = bp_scene_column(scene, i);

        draw_head(scene, &column);
        for (slot = 0; slot < column.slots; slot++)
            draw_unit(scene, &column, slot, moved);
    }
}

static void draw_legend(const struct bp_scene *scene)
{
    const double y = scene->height - 18;
    struct bp_page *page = scene->page;

    bp_page_put(page,
                "<path class=\"p\" stroke-width=\"3\" d=\"M14 %fh24\"/>"
                "<text class=\"d x\" x=\"43\" y=\"%f\">positive</text>\n",
                y, y + 3.5);
    bp_page_put(page,
                "<path class=\"n\" stroke-width=\"3\" d=\"M94 %fh24\"/>"
                "<text class=\"d x\" x=\"123\" y=\"%f\">negative weight, width by "
                "size</text>\n",
                y, y + 3.5);
    if (scene->trace != NULL)
        bp_page_put(page,
                    "<text class=\"t\" x=\"14\" y=\"%f\">Activations of example "
                    "%z. Its cost is %g.</text>\n",
                    y - 14, scene->row,
                    bp_record_row(&scene->trace->record,
                                  scene->row)[scene->trace->record.cost_value]);
}

void bp_draw_network(struct bp_scene *scene)
{
    bp_scene_measure(scene, scene->trace != NULL ? 52 : 36);
    bp_svg_open(
        scene, "A neural network",
        "Units are circles in columns, one column for the inputs and one for each "
        "layer. Weights are lines: blue and solid if positive, orange and dashed "
        "if negative, the wider the larger.");
    bp_draw_columns(scene, false);
    draw_legend(scene);
    bp_svg_close(scene);
}
