/* SPDX-License-Identifier: MIT */
/*
 * A ranking, a line each: the unit or input that a connection comes from, with its
 * activity; the connection, as wide as its part; the unit it leads to, with its error.
 * What fires together with an error is what a step changes.
 */
#include "draw/scene.h"

#include <math.h>

enum { WIDTH = 440, ROW = 46, FIRST = 108, FROM = 110, TO = 250, MOST = 16 };

static const char *title_of(const bp_influence_options *options)
{
    switch (options->kind) {
    case BP_INFLUENCE_CHANGES: return "What training changed most, and why";
    case BP_INFLUENCE_INPUTS: return "The inputs that matter most";
    default: return "The connections that matter most";
    }
}

static const char *part_of(const bp_influence_options *options)
{
    switch (options->kind) {
    case BP_INFLUENCE_CHANGES: return "change of w";
    case BP_INFLUENCE_INPUTS: return "x &#183; gradient";
    default: return "w &#183; gradient";
    }
}

static void draw_rows_looked_at(const struct bp_scene *scene)
{
    const bp_influence_options *options = &scene->trace->ranking.options;
    struct bp_page *page = scene->page;

    bp_page_put(page, "<text class=\"d\" x=\"14\" y=\"46\">");
    if (options->output == SIZE_MAX)
        bp_page_put(page, "By their part in the cost ");
    else
        bp_page_put(page, "By their part in output %z ", options->output);
    if (options->row == SIZE_MAX)
        bp_page_put(page, "over %z examples</text>\n", scene->trace->record.rows);
    else
        bp_page_put(page, "of example %z</text>\n", options->row);
}

static void draw_heads(const struct bp_scene *scene)
{
    const bp_influence_options *options = &scene->trace->ranking.options;

    bp_page_put(scene->page,
                "<text class=\"d x m\" x=\"%z\" y=\"72\">activity</text>"
                "<text class=\"d x e\" x=\"%z\" y=\"72\">%s</text>\n",
                (size_t)FROM, (size_t)WIDTH - 14, part_of(options));
    if (options->kind != BP_INFLUENCE_INPUTS)
        bp_page_put(scene->page, "<text class=\"d x m\" x=\"%z\" y=\"72\">error</text>\n",
                    (size_t)TO);
}

static void draw_circle(const struct bp_scene *scene, double x, double y, double value,
                        double most)
{
    bp_page_put(scene->page, "<circle class=\"u\" cx=\"%f\" cy=\"%f\" r=\"%z\"/>", x, y,
                (size_t)BP_RADIUS);
    bp_page_put(scene->page,
                "<circle class=\"%sf\" cx=\"%f\" cy=\"%f\" r=\"%z\" "
                "fill-opacity=\"%f\"/>",
                bp_svg_sign(value), x, y, (size_t)BP_RADIUS - 1,
                most > 0 ? 0.3 * fabs(value) / most : 0);
    bp_page_put(scene->page, "<text class=\"t x m\" x=\"%f\" y=\"%f\">%h</text>\n", x,
                y + 3.5, value);
}

static void draw_from(const struct bp_scene *scene, const bp_influence *one, double y)
{
    const char *const *names = scene->options->input_names;
    const bool input = one->kind == BP_CONNECTION_INPUT || one->layer == 0;
    struct bp_page *page = scene->page;

    bp_page_put(page, "<text class=\"t e\" x=\"%f\" y=\"%f\">", FROM - BP_RADIUS - 6.0,
                y + 4);
    if (input && names != NULL)
        bp_page_put(page, "%n<title>%e</title>", names[one->from], names[one->from]);
    else
        bp_page_put(page, input ? "input %z" : "unit %z", one->from);
    bp_page_put(page, "</text>\n");
}

static void draw_to(const struct bp_scene *scene, const bp_influence *one, double y)
{
    const char *const *names = scene->options->output_names;
    const bool last = one->layer + 1 == scene->network->count;
    struct bp_page *page = scene->page;

    bp_page_put(page, "<text class=\"t\" x=\"%f\" y=\"%f\">", TO + BP_RADIUS + 6.0,
                y - 1);
    if (last && names != NULL)
        bp_page_put(page, "%n<title>%e</title>", names[one->to], names[one->to]);
    else
        bp_page_put(page, "unit %z", one->to);
    bp_page_put(page, "</text><text class=\"d x\" x=\"%f\" y=\"%f\">of layer %z</text>\n",
                TO + BP_RADIUS + 6.0, y + 11, one->layer);
}

static void draw_number(const struct bp_scene *scene, double y, double value)
{
    bp_page_put(scene->page, "<text class=\"t b e\" x=\"%z\" y=\"%f\">%g</text>\n",
                (size_t)WIDTH - 14, y + 4, value);
}

/* An input has no unit that it leads to: its part is a bar. */
static void draw_input(const struct bp_scene *scene, const bp_influence *one, double y,
                       double share)
{
    const double length = 130 * share;

    bp_page_put(scene->page,
                "<rect class=\"%sf\" x=\"%f\" y=\"%f\" width=\"%f\" height=\"12\"/>\n",
                bp_svg_sign(one->part), FROM + BP_RADIUS + 12.0, y - 6, length);
    draw_from(scene, one, y);
}

static void draw_weight(const struct bp_scene *scene, const bp_influence *one, double y,
                        double share)
{
    bp_page_put(scene->page,
                "<path class=\"%s\" fill=\"none\" stroke-width=\"%f\" d=\"M%f "
                "%fH%f\"><title>layer %z, to %z from %z: w %g, gradient %g</title>"
                "</path>\n",
                bp_svg_sign(one->part), 1 + 5 * share, FROM + (double)BP_RADIUS, y,
                TO - (double)BP_RADIUS, one->layer, one->to, one->from, one->value,
                one->gradient);
    bp_page_put(scene->page,
                "<text class=\"t x m halo\" x=\"%f\" y=\"%f\">w = %g</text>\n",
                (FROM + TO) / 2.0, y - 6, one->value);
    draw_from(scene, one, y);
    draw_to(scene, one, y);
}

static void draw_row(const struct bp_scene *scene, size_t index, double activity,
                     double error)
{
    const struct bp_trace_ranking *ranking = &scene->trace->ranking;
    const bp_influence *one = &ranking->list[index];
    const double y = FIRST + ROW * (double)index;
    const double share = one->size / ranking->list[0].size;

    if (one->kind == BP_CONNECTION_INPUT)
        draw_input(scene, one, y, share);
    else
        draw_weight(scene, one, y, share);
    draw_circle(scene, FROM, y, one->activity, activity);
    if (one->kind == BP_CONNECTION_WEIGHT)
        draw_circle(scene, TO, y, one->error, error);
    draw_number(scene, y, one->part);
}

void bp_draw_influence(struct bp_scene *scene)
{
    const struct bp_trace_ranking *ranking = &scene->trace->ranking;
    const size_t rows = ranking->count < MOST ? ranking->count : MOST;
    double activity = 0;
    double error = 0;
    size_t i;

    for (i = 0; i < rows; i++) {
        activity = fmax(activity, fabs(ranking->list[i].activity));
        error = fmax(error, fabs(ranking->list[i].error));
    }
    scene->width = WIDTH;
    scene->height = FIRST + ROW * (double)(rows > 0 ? rows : 1) - 8;
    bp_svg_open(scene, title_of(&ranking->options),
                "A line for each, the largest first: the activity where it begins, the "
                "connection, as wide as its part, and the error where it ends.");
    draw_rows_looked_at(scene);
    draw_heads(scene);
    for (i = 0; i < rows; i++)
        draw_row(scene, i, activity, error);
    if (rows == 0)
        bp_page_put(scene->page,
                    "<text class=\"t\" x=\"14\" y=\"%z\">None has a part.</text>\n",
                    (size_t)FIRST);
    bp_svg_close(scene);
}
