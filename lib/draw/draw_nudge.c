/* SPDX-License-Identifier: MIT */
/*
 * A nudge on its way: dots go forward from the connection, each as large as the change
 * that its link carries, and come back from the cost, each as large as the part of dC/da
 * that its link brings. In the circles stands how far each activation has moved.
 */
#include "draw/scene.h"

#include <math.h>

#define SECONDS "9s"
/* Where the two ways begin and how long they take, as parts of the whole. */
#define FORWARD  0.04
#define BACKWARD 0.54
#define WAY      0.42
/* Links that carry less than this part of the most are left out. */
#define LEAST 0.04

/** A dot's way. */
struct way {
    double x1, y1, x2, y2;
    double begin, end;
    double value;
};

static void draw_dot(const struct bp_scene *scene, const struct way *way, double most)
{
    struct bp_page *page = scene->page;

    if (fabs(way->value) < LEAST * most)
        return;
    bp_page_put(page, "<circle class=\"%sf move\" r=\"%f\" opacity=\"0\">",
                bp_svg_sign(way->value), 2 + 4 * fabs(way->value) / most);
    bp_page_put(page,
                "<animate attributeName=\"cx\" dur=\"" SECONDS
                "\" repeatCount=\"indefinite\" keyTimes=\"0;%g;%g;1\" "
                "values=\"%f;%f;%f;%f\"/>",
                way->begin, way->end, way->x1, way->x1, way->x2, way->x2);
    bp_page_put(page,
                "<animate attributeName=\"cy\" dur=\"" SECONDS
                "\" repeatCount=\"indefinite\" keyTimes=\"0;%g;%g;1\" "
                "values=\"%f;%f;%f;%f\"/>",
                way->begin, way->end, way->y1, way->y1, way->y2, way->y2);
    bp_page_put(page,
                "<animate attributeName=\"opacity\" dur=\"" SECONDS
                "\" repeatCount=\"indefinite\" calcMode=\"discrete\" "
                "keyTimes=\"0;%g;%g\" values=\"0;1;0\"/></circle>\n",
                way->begin, way->end);
}

/** What a link carries. */
typedef double (*carry_fn)(const struct bp_scene *scene, size_t layer, size_t to,
                           size_t from, double weight);

static double forward_part(const struct bp_scene *scene, size_t layer, size_t to,
                           size_t from, double weight)
{
    const struct bp_record *record = &scene->trace->record;
    const bp_connection *at = scene->connection;

    if (at->kind == BP_CONNECTION_WEIGHT && layer == at->layer)
        return at->to == to && at->from == from ? bp_trace_first_link(scene->trace, at)
                                                : 0;
    return weight *
           bp_record_predicted(record, at->row)[bp_record_input(record, layer) + from];
}

static double backward_part(const struct bp_scene *scene, size_t layer, size_t to,
                            size_t from, double weight)
{
    const struct bp_record *record = &scene->trace->record;

    (void)from;
    return weight * bp_record_row(record, scene->row)[record->slots[layer].z_grad + to];
}

/* All dots between two columns; first only measured, then drawn. */
static double each_dot(const struct bp_scene *scene, size_t layer, carry_fn carry,
                       struct way way, double most)
{
    const struct bp_column before = bp_scene_column(scene, layer);
    const struct bp_column after = bp_scene_column(scene, layer + 1);
    const bool back = carry == backward_part;
    double largest = 0;
    size_t s;
    size_t t;

    for (s = 0; s < before.slots * after.slots; s++) {
        const size_t from = bp_column_unit(&before, s / after.slots);
        const size_t to = bp_column_unit(&after, s % after.slots);
        bool there = from != SIZE_MAX && to != SIZE_MAX;

        t = s % after.slots;
        if (there)
            way.value = carry(scene, layer, to, from,
                              bp_scene_link(scene, layer, to, from, &there));
        if (!there)
            continue;
        largest = fmax(largest, fabs(way.value));
        way.x1 = back ? after.x : before.x;
        way.x2 = back ? before.x : after.x;
        way.y1 = back ? bp_column_y(&after, t) : bp_column_y(&before, s / after.slots);
        way.y2 = back ? bp_column_y(&before, s / after.slots) : bp_column_y(&after, t);
        if (most > 0)
            draw_dot(scene, &way, most);
    }
    return largest;
}

static void draw_step(const struct bp_scene *scene, size_t layer, carry_fn carry,
                      double begin, double length)
{
    const struct way way = {.begin = begin, .end = begin + length};
    const double most = each_dot(scene, layer, carry, way, 0);

    if (most > 0)
        (void)each_dot(scene, layer, carry, way, most);
}

static void draw_ways(const struct bp_scene *scene)
{
    const bp_connection *at = scene->connection;
    const size_t layers = scene->network->count;
    const size_t first = at->kind == BP_CONNECTION_WEIGHT ? at->layer
                         : at->kind == BP_CONNECTION_BIAS ? at->layer + 1
                                                          : 0;
    size_t i;

    for (i = first; i < layers; i++)
        draw_step(scene, i, forward_part,
                  FORWARD + WAY * (double)(i - first) / (double)(layers - first),
                  WAY / (double)(layers - first));
    for (i = 0; i < layers; i++)
        draw_step(scene, layers - 1 - i, backward_part,
                  BACKWARD + WAY * (double)i / (double)layers, WAY / (double)layers);
}

static void draw_caption(const struct bp_scene *scene, const char *text, double begin)
{
    bp_page_put(scene->page,
                "<text class=\"d move\" x=\"14\" y=\"%f\" opacity=\"0\">%s<animate "
                "attributeName=\"opacity\" dur=\"" SECONDS
                "\" repeatCount=\"indefinite\" calcMode=\"discrete\" "
                "keyTimes=\"0;%g;%g\" values=\"0;1;0\"/></text>\n",
                scene->height - 12, text, begin, begin + WAY);
}

static void draw_numbers(const struct bp_scene *scene, const bp_nudge *nudge)
{
    const int32_t kind = scene->connection->kind;
    const char *name = kind == BP_CONNECTION_WEIGHT ? "w"
                       : kind == BP_CONNECTION_BIAS ? "b"
                                                    : "x";
    struct bp_page *page = scene->page;

    bp_page_put(page,
                "<text class=\"t\" x=\"14\" y=\"%f\">%s = %g moves by %g. In "
                "circles: how a moves.</text>\n",
                scene->height - 66, name, nudge->value, nudge->change);
    bp_page_put(page,
                "<text class=\"t\" x=\"14\" y=\"%f\">By its gradient the cost, %g, moves "
                "by %g,</text>\n",
                scene->height - 50, nudge->cost, nudge->predicted);
    bp_page_put(page, "<text class=\"t\" x=\"14\" y=\"%f\">in truth by %g.</text>\n",
                scene->height - 34, nudge->real);
}

void bp_draw_nudge(struct bp_scene *scene, const bp_nudge *nudge)
{
    bp_scene_measure(scene, 84);
    bp_svg_open(scene, "A nudge goes forward, gradients come back",
                "The network, with the change of each activation after one number was "
                "moved. Dots travel from it to the outputs, then from the outputs back.");
    bp_draw_columns(scene, true);
    draw_ways(scene);
    draw_numbers(scene, nudge);
    draw_caption(scene, "Forward: each link passes the change on.", FORWARD);
    draw_caption(scene, "Backward: each link brings its part of &#8706;C/&#8706;a.",
                 BACKWARD);
    bp_svg_close(scene);
}
