/* SPDX-License-Identifier: MIT */
/*
 * The paths of a connection as a tree: it begins at the connection, branches at every
 * layer, and each leaf is one path with its product. Paths with the same beginning lie
 * together, in the order of the strongest of them.
 */
#include "draw/scene.h"

#include <math.h>

enum { MOST = 64, LEFT = 34, LEAF = 104, STEP_X = 66, STEP_Y = 36, TOP = 104, KNOT = 13 };

/** The tree: the paths in the order of their leaves. */
struct tree {
    const struct bp_trace_paths *paths;
    size_t order[MOST];
    size_t count;
    double largest;
    double step;
};

/* How many layers two paths have in common from the beginning. */
static size_t common(const struct tree *tree, size_t p, size_t q)
{
    const size_t layers = tree->paths->layers;
    size_t d = 0;

    while (d < layers &&
           tree->paths->z_units[p * layers + d] == tree->paths->z_units[q * layers + d] &&
           tree->paths->a_units[p * layers + d] == tree->paths->a_units[q * layers + d] &&
           tree->paths->rows[p * layers + d] == tree->paths->rows[q * layers + d])
        d++;
    return d;
}

/* Behind the last of those that it has most in common with. */
static void place(struct tree *tree, size_t path)
{
    size_t most = 0;
    size_t at = tree->count;
    size_t i;

    for (i = 0; i < tree->count; i++) {
        const size_t same = common(tree, tree->order[i], path);

        if (same >= most) {
            most = same;
            at = i + 1;
        }
    }
    for (i = tree->count; i > at; i--)
        tree->order[i] = tree->order[i - 1];
    tree->order[at] = path;
    tree->count++;
}

static struct tree tree_of(const struct bp_trace_paths *paths)
{
    struct tree tree = {.paths = paths, .largest = 1e-300};
    size_t i;

    for (i = 0; i < paths->found && i < MOST; i++) {
        place(&tree, i);
        tree.largest = fmax(tree.largest, fabs(paths->products[i]));
    }
    return tree;
}

/** Leaves that share the first `depth` layers. */
struct knot {
    size_t first, end;
    size_t depth;
};

static struct knot knot_at(const struct tree *tree, size_t leaf, size_t depth)
{
    struct knot knot = {leaf, leaf + 1, depth};

    while (knot.end < tree->count &&
           common(tree, tree->order[leaf], tree->order[knot.end]) >= depth)
        knot.end++;
    return knot;
}

static double y_of(const struct knot *knot)
{
    return TOP + STEP_Y * 0.5 * (double)(knot->first + knot->end - 1);
}

static double x_of(const struct tree *tree, size_t depth)
{
    return LEFT + tree->step * (double)depth;
}

/* ---- drawing ---- */

static double part_of(const struct tree *tree, const struct knot *knot)
{
    double sum = 0;
    size_t i;

    for (i = knot->first; i < knot->end; i++)
        sum += fabs(tree->paths->products[tree->order[i]]);
    return sum;
}

/* The link into a knot: dz/dw at first, then dz/da. */
static double link_into(const struct tree *tree, const struct knot *knot)
{
    const struct bp_trace_paths *paths = tree->paths;
    const size_t stride = 2 * paths->layers + 1;

    return paths->factors[tree->order[knot->first] * stride + 2 * (knot->depth - 1)];
}

static void draw_branch(const struct bp_scene *scene, const struct tree *tree,
                        const struct knot *from, const struct knot *to)
{
    const double x1 = x_of(tree, from->depth) + KNOT;
    const double x2 = x_of(tree, to->depth) - KNOT;
    const double width = 1 + 5 * fmin(1, part_of(tree, to) / tree->largest);
    const double link = link_into(tree, to);

    bp_page_put(scene->page,
                "<path class=\"%s\" fill=\"none\" stroke-width=\"%f\" "
                "d=\"M%f %fC%f %f %f %f %f %f\">",
                bp_svg_sign(link), width, x1, y_of(from), (x1 + x2) / 2, y_of(from),
                (x1 + x2) / 2, y_of(to), x2, y_of(to));
    bp_page_put(scene->page, "<title>link %g</title></path>\n", link);
}

static void draw_knot(const struct bp_scene *scene, const struct tree *tree,
                      const struct knot *knot)
{
    const struct bp_trace_paths *paths = tree->paths;
    const size_t at = tree->order[knot->first] * paths->layers + knot->depth - 1;
    const double x = x_of(tree, knot->depth);
    const double y = y_of(knot);

    bp_page_put(scene->page, "<circle class=\"u\" cx=\"%f\" cy=\"%f\" r=\"%z\"/>\n", x, y,
                (size_t)KNOT);
    bp_page_put(scene->page, "<text class=\"t x m\" x=\"%f\" y=\"%f\">%z", x, y + 3.5,
                paths->z_units[at]);
    if (paths->z_units[at] != paths->a_units[at])
        bp_page_put(scene->page, "&#8594;%z", paths->a_units[at]);
    bp_page_put(scene->page, "</text>\n");
    if (paths->rows[at] != scene->connection->row)
        bp_page_put(scene->page,
                    "<text class=\"d x m\" x=\"%f\" y=\"%f\">ex. %z</text>\n", x,
                    y + 21.5, paths->rows[at]);
}

static void draw_leaf(const struct bp_scene *scene, const struct tree *tree, size_t leaf)
{
    const struct bp_trace_paths *paths = tree->paths;
    const double product = paths->products[tree->order[leaf]];
    const double y = TOP + STEP_Y * (double)leaf;
    struct bp_page *page = scene->page;

    bp_page_put(page, "<text class=\"t b e\" x=\"%f\" y=\"%f\">%g</text>\n",
                scene->width - 12, y - 1, product);
    if (paths->gradient != 0)
        bp_page_put(page, "<text class=\"d x e\" x=\"%f\" y=\"%f\">%s %%</text>\n",
                    scene->width - 12, y + 11,
                    bp_number_digits(100 * product / paths->gradient, 4).text);
}

/* All knots of a depth, each with the branch into it. */
static void draw_depth(const struct bp_scene *scene, const struct tree *tree,
                       size_t depth)
{
    struct knot knot = {0, 0, depth};

    while (knot.end < tree->count) {
        struct knot before;
        size_t first = knot.end;

        knot = knot_at(tree, first, depth);
        while (first > 0 &&
               common(tree, tree->order[first - 1], tree->order[knot.first]) >= depth - 1)
            first--;
        before = knot_at(tree, first, depth - 1);
        draw_branch(scene, tree, &before, &knot);
        draw_knot(scene, tree, &knot);
    }
}

static void draw_heads(const struct bp_scene *scene, const struct tree *tree)
{
    size_t depth;

    bp_page_put(scene->page, "<text class=\"d x\" x=\"14\" y=\"76\">start</text>\n");
    for (depth = 1; depth <= tree->paths->layers; depth++)
        bp_page_put(scene->page,
                    "<text class=\"d x m\" x=\"%f\" y=\"76\">layer %z</text>\n",
                    x_of(tree, depth), tree->paths->layer + depth - 1);
    bp_page_put(scene->page, "<text class=\"d x e\" x=\"%f\" y=\"76\">product</text>\n",
                scene->width - 12);
}

static void draw_start(const struct bp_scene *scene, const struct tree *tree)
{
    const struct knot root = {0, tree->count, 0};
    const int32_t kind = scene->connection->kind;
    const char *name = kind == BP_CONNECTION_WEIGHT ? "w"
                       : kind == BP_CONNECTION_BIAS ? "b"
                                                    : "x";

    bp_page_put(scene->page, "<circle class=\"u\" cx=\"%f\" cy=\"%f\" r=\"%z\"/>\n",
                x_of(tree, 0), y_of(&root), (size_t)KNOT);
    bp_page_put(scene->page, "<text class=\"t b m\" x=\"%f\" y=\"%f\">%s</text>\n",
                x_of(tree, 0), y_of(&root) + 4, name);
}

static void draw_summary(const struct bp_scene *scene, const bp_path_summary *summary)
{
    struct bp_page *page = scene->page;
    const bp_connection *at = scene->connection;

    if (at->kind == BP_CONNECTION_INPUT)
        bp_page_put(page, "<text class=\"d\" x=\"14\" y=\"44\">From input %z", at->from);
    else if (at->kind == BP_CONNECTION_BIAS)
        bp_page_put(page,
                    "<text class=\"d\" x=\"14\" y=\"44\">From the bias of unit %z, "
                    "layer %z",
                    at->to, at->layer);
    else
        bp_page_put(page,
                    "<text class=\"d\" x=\"14\" y=\"44\">From the weight of layer "
                    "%z, to %z from %z",
                    at->layer, at->to, at->from);
    bp_page_put(page, ", example %z</text>\n", at->row);
    bp_page_put(page,
                "<text class=\"t\" x=\"14\" y=\"%f\">%z of %s paths sum to %g.</text>\n",
                scene->height - 30, summary->found,
                bp_number_digits(summary->paths, 15).text, summary->sum);
    bp_page_put(
        page,
        "<text class=\"t\" x=\"14\" y=\"%f\">All of them: the gradient, %g.</text>\n",
        scene->height - 14, summary->gradient);
}

void bp_draw_paths(struct bp_scene *scene, const bp_path_summary *summary)
{
    struct tree tree = tree_of(&scene->trace->paths);
    const double layers = (double)tree.paths->layers;
    size_t depth;
    size_t leaf;

    scene->width = fmax(360, LEFT + STEP_X * layers + LEAF);
    scene->height = TOP + STEP_Y * fmax(1, (double)tree.count) + 34;
    tree.step = (scene->width - LEFT - LEAF) / layers;
    bp_svg_open(
        scene, "The strongest paths to the cost",
        "A tree that begins at the connection and branches at each layer. Every "
        "leaf is one path to the cost, with the product of the links along it and "
        "its share of the gradient.");
    draw_summary(scene, summary);
    if (tree.count > 0) {
        draw_heads(scene, &tree);
        draw_start(scene, &tree);
    }
    for (depth = 1; depth <= tree.paths->layers; depth++)
        draw_depth(scene, &tree, depth);
    for (leaf = 0; leaf < tree.count; leaf++)
        draw_leaf(scene, &tree, leaf);
    bp_svg_close(scene);
}
