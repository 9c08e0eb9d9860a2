/* SPDX-License-Identifier: MIT */
/* The weights that come into each unit of a dense layer, as an image: for networks that
 * look at images. */
#include "draw/plot.h"
#include "draw/scene.h"

#include <math.h>

enum { TILE = 96, GAP = 12, ACROSS = 4, TOP = 62 };

/** One unit's image. */
struct image {
    const struct bp_scene *scene;
    size_t layer, unit, cols;
    double most;
};

static double weight_of(const struct bp_scene *scene, size_t layer, size_t to,
                        size_t from)
{
    bool there;

    return bp_scene_link(scene, layer, to, from, &there);
}

static int cell_of(const void *from, size_t row, size_t col)
{
    const struct image *image = from;
    const size_t at = row * image->cols + col;

    if (at >= image->scene->network->nodes[image->layer].inputs)
        return 0;
    return bp_plot_level(weight_of(image->scene, image->layer, image->unit, at) /
                         image->most);
}

static size_t columns_of(const struct bp_scene *scene, size_t inputs)
{
    size_t side = 1;

    if (scene->options->image_width > 0)
        return scene->options->image_width < inputs ? scene->options->image_width
                                                    : inputs;
    while (side * side < inputs)
        side++;
    return side;
}

static void draw_tile(const struct bp_scene *scene, size_t place, struct image *image)
{
    const size_t inputs = scene->network->nodes[image->layer].inputs;
    const size_t rows = (inputs + image->cols - 1) / image->cols;
    const double longest = (double)(rows > image->cols ? rows : image->cols);
    const struct bp_plot plot = {.page = scene->page,
                                 .left = 14 + (TILE + GAP) * (double)(place % ACROSS),
                                 .top =
                                     TOP + (TILE + GAP + 16) * (double)(place / ACROSS),
                                 .width = TILE * (double)image->cols / longest,
                                 .height = TILE * (double)rows / longest};

    bp_page_put(scene->page,
                "<rect class=\"u\" x=\"%f\" y=\"%f\" width=\"%f\" height=\"%f\" "
                "stroke-width=\"0.5\"><title>weights of unit %z</title></rect>\n",
                plot.left, plot.top, plot.width, plot.height, image->unit);
    bp_plot_cells(&plot, rows, image->cols, cell_of, image);
    bp_page_put(scene->page, "<text class=\"d x\" x=\"%f\" y=\"%f\">unit %z</text>\n",
                plot.left, plot.top + TILE + 13, image->unit);
}

void bp_draw_weights(struct bp_scene *scene)
{
    const size_t layer = scene->options->layer;
    const struct bp_node *node = &scene->network->nodes[layer];
    const size_t units =
        node->outputs < scene->options->units ? node->outputs : scene->options->units;
    struct image image = {.scene = scene,
                          .layer = layer,
                          .cols = columns_of(scene, node->inputs),
                          .most = bp_draw_largest(scene, layer)};

    scene->width = 28 + ACROSS * TILE + (ACROSS - 1) * GAP;
    scene->height = TOP + (TILE + GAP + 16) * (double)((units + ACROSS - 1) / ACROSS) + 8;
    bp_svg_open(scene, "What each unit looks for",
                "For each unit of a layer an image of the weights that come into it: "
                "blue where they are positive, orange where they are negative.");
    bp_page_put(scene->page,
                "<text class=\"d\" x=\"14\" y=\"46\">Layer %z: %z of %z units, each with "
                "%z weights; the largest is %g.</text>\n",
                layer, units, node->outputs, node->inputs, image.most);
    for (image.unit = 0; image.unit < units; image.unit++)
        draw_tile(scene, image.unit, &image);
    bp_svg_close(scene);
}
