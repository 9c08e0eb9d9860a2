/* SPDX-License-Identifier: MIT */
/*
 * The chain rule of one connection: its numbers in a row, its links with their factors
 * under it, the product, and the terms that the sum behind is made of.
 */
#include "draw/scene.h"

#include <math.h>
#include <string.h>

/* Characters beyond ASCII that the formulas need. */
#define PARTIAL "&#8706;"
#define TIMES   " &#183; "
/* A letter below the line, and what follows it. */
#define SUB(letter, next) \
    "<tspan dy=\"3\" font-size=\"8\">" letter "</tspan><tspan dy=\"-3\">" next "</tspan>"

enum { WIDTH = 360, NODES = 108, BARS = 6, BAR_STEP = 22, BAR_TOP = 286 };

/** A sum that one factor stands for: its terms by index. */
struct sum {
    const char *text; /**< The formula. */
    size_t count;
    double (*term)(const struct bp_scene *scene, size_t index);
};

/* The term of a unit of the next layer: dz_k/da dC/dz_k. */
static double next_term(const struct bp_scene *scene, size_t k)
{
    const struct bp_record *record = &scene->trace->record;
    const bp_connection *at = scene->connection;

    return bp_record_weight(record, at->layer + 1, k, at->to) *
           bp_record_row(record, at->row)[record->slots[at->layer + 1].z_grad + k];
}

/* The term of a unit of the same layer, where units are coupled: da_i/dz dC/da_i. */
static double coupled_term(const struct bp_scene *scene, size_t i)
{
    const struct bp_record *record = &scene->trace->record;
    const bp_connection *at = scene->connection;

    return bp_record_slope(record, at->row, at->layer, i, at->to) *
           bp_record_row(record, at->row)[record->slots[at->layer].a_grad + i];
}

static struct sum sum_of(const struct bp_scene *scene, const bp_chain *chain)
{
    const struct bp_record *record = &scene->trace->record;
    const size_t layer = scene->connection->layer;

    if (chain->coupled)
        return (struct sum){PARTIAL
                            "C/" PARTIAL "z sums over units i of the layer: " PARTIAL
                            "a" SUB("i", "/" PARTIAL "z" TIMES PARTIAL "C/" PARTIAL "a")
                                SUB("i", ""),
                            record->slots[layer].a_count, coupled_term};
    if (layer + 1 == record->network->count)
        return (struct sum){PARTIAL "C/" PARTIAL "a comes from the cost itself.", 0,
                            NULL};
    return (struct sum){PARTIAL "C/" PARTIAL "a sums over units k of the next layer: "
                                "w" SUB("k", TIMES PARTIAL "C/" PARTIAL "z") SUB("k", ""),
                        record->slots[layer + 1].z_count, next_term};
}

/* ---- the row of nodes ---- */

/* As many digits as a box has room for. */
static struct bp_number boxed(double value)
{
    const struct bp_number number = bp_number_digits(value + 0.0, 4);

    return strlen(number.text) > 8 ? bp_number_digits(value, 3) : number;
}

static void draw_node(const struct bp_scene *scene, double x, const char *name,
                      double value)
{
    const struct bp_number number = boxed(value);

    bp_page_put(scene->page,
                "<rect class=\"u\" x=\"%f\" y=\"%f\" width=\"66\" height=\"40\" "
                "rx=\"6\"/>\n",
                x - 33, NODES - 20.0);
    bp_page_put(scene->page, "<text class=\"d x m\" x=\"%f\" y=\"%f\">%s</text>\n", x,
                NODES - 6.0, name);
    bp_page_put(scene->page, "<text class=\"t m\" x=\"%f\" y=\"%f\">%s</text>\n", x,
                NODES + 11.0, number.text);
}

/* An arrow with the derivative under it. */
static void draw_link(const struct bp_scene *scene, double x, const char *name,
                      double value)
{
    const double y = NODES;
    struct bp_page *page = scene->page;

    bp_page_put(page,
                "<path class=\"%s\" fill=\"none\" stroke-width=\"2.5\" "
                "d=\"M%f %fH%f\"/><path class=\"%sf\" d=\"M%f %fl-7 -4.5v9z\"/>\n",
                bp_svg_sign(value), x - 14, y, x + 8, bp_svg_sign(value), x + 14, y);
    bp_page_put(page, "<text class=\"d x m\" x=\"%f\" y=\"%f\">%s</text>\n", x, y + 38,
                name);
    bp_page_put(page, "<text class=\"t m\" x=\"%f\" y=\"%f\">%g</text>\n", x, y + 54,
                value);
}

static void draw_row(const struct bp_scene *scene, const bp_chain *chain)
{
    const struct bp_record *record = &scene->trace->record;
    const bool bias = scene->connection->kind == BP_CONNECTION_BIAS;
    const double cost = bp_record_row(record, scene->row)[record->cost_value];

    draw_link(scene, 86, bias ? PARTIAL "z/" PARTIAL "b" : PARTIAL "z/" PARTIAL "w",
              chain->dz_dw);
    draw_link(scene, 180, PARTIAL "a/" PARTIAL "z", chain->da_dz);
    draw_link(scene, 274, PARTIAL "C/" PARTIAL "a", chain->dc_da);
    draw_node(scene, 39, bias ? "bias b" : "weight w", chain->value);
    draw_node(scene, 133, "z", chain->z);
    draw_node(scene, 227, "a", chain->a);
    draw_node(scene, 321, "cost C", cost);
}

static void draw_product(const struct bp_scene *scene, const bp_chain *chain)
{
    const char *what = scene->connection->kind == BP_CONNECTION_BIAS ? "b" : "w";
    struct bp_page *page = scene->page;

    bp_page_put(page,
                "<text class=\"t m\" x=\"180\" y=\"194\">" PARTIAL "C/" PARTIAL
                "%s = " PARTIAL "z/" PARTIAL "%s",
                what, what);
    bp_page_put(page, chain->coupled ? TIMES PARTIAL "C/" PARTIAL "z"
                                     : TIMES PARTIAL "a/" PARTIAL "z" TIMES PARTIAL
                                                     "C/" PARTIAL "a");
    bp_page_put(page, "</text>\n<text class=\"t m\" x=\"180\" y=\"212\">= %g",
                chain->dz_dw);
    if (chain->coupled)
        bp_page_put(page, TIMES "%g</text>\n", chain->dc_dz);
    else
        bp_page_put(page, TIMES "%g" TIMES "%g</text>\n", chain->da_dz, chain->dc_da);
    bp_page_put(page, "<text class=\"t b y m\" x=\"180\" y=\"233\">= %g</text>\n",
                chain->gradient);
}

/* ---- the sum behind ---- */

/* The term that comes next by size after `last`; of equal ones by index. */
static size_t next_largest(const struct bp_scene *scene, const struct sum *sum,
                           size_t last)
{
    const double limit = last < sum->count ? fabs(sum->term(scene, last)) : HUGE_VAL;
    size_t best = SIZE_MAX;
    double most = -1;
    size_t i;

    for (i = 0; i < sum->count; i++) {
        const double size = fabs(sum->term(scene, i));

        if ((size < limit || (size == limit && last < i)) && size > most) {
            best = i;
            most = size;
        }
    }
    return best;
}

static void draw_bar(const struct bp_scene *scene, double y, size_t unit, double value,
                     double most)
{
    const double length = 110 * fabs(value) / most;
    const double x = 180;

    bp_page_put(scene->page,
                "<text class=\"d x\" x=\"14\" y=\"%f\">unit %z</text>"
                "<path class=\"l\" stroke-width=\"0.5\" d=\"M%f %fv16\"/>\n",
                y + 4, unit, x, y - 8);
    bp_page_put(scene->page,
                "<rect class=\"%sf\" x=\"%f\" y=\"%f\" width=\"%f\" height=\"11\"/>\n",
                bp_svg_sign(value), value < 0 ? x - length : x, y - 5.5, length);
    bp_page_put(scene->page, "<text class=\"t e\" x=\"350\" y=\"%f\">%g</text>\n", y + 4,
                value);
}

/* How many terms are not 0, or as many as are drawn. */
static size_t bars_of(const struct bp_scene *scene, const struct sum *sum)
{
    size_t bars = 0;
    size_t i;

    for (i = 0; i < sum->count && bars < BARS; i++)
        bars += sum->term(scene, i) != 0;
    return bars;
}

static void draw_sum(const struct bp_scene *scene, const struct sum *sum, double total)
{
    const size_t bars = bars_of(scene, sum);
    size_t last = SIZE_MAX;
    double rest = total;
    double most = 0;
    double y = BAR_TOP;
    size_t i;

    for (i = 0; i < bars; i++, y += BAR_STEP) {
        const size_t unit = next_largest(scene, sum, last);
        const double value = sum->term(scene, unit);

        most = i == 0 ? fabs(value) : most;
        draw_bar(scene, y, unit, value, most);
        rest -= value;
        last = unit;
    }
    if (sum->count > BARS)
        bp_page_put(scene->page,
                    "<text class=\"d x\" x=\"14\" y=\"%f\">%z more units, together "
                    "%g</text>\n",
                    y + 2, sum->count - bars, bars < BARS ? 0.0 : rest);
    else if (sum->count > bars)
        bp_page_put(scene->page,
                    "<text class=\"d x\" x=\"14\" y=\"%f\">the others are 0</text>\n",
                    y + 2);
}

static double height_of(const struct bp_scene *scene, const struct sum *sum)
{
    const size_t bars = bars_of(scene, sum);

    if (sum->count == 0)
        return BAR_TOP - 10;
    return BAR_TOP + BAR_STEP * (double)bars + (sum->count > bars ? 14 : -4);
}

static void draw_place(const struct bp_scene *scene)
{
    const bp_connection *at = scene->connection;
    struct bp_page *page = scene->page;

    bp_page_put(page, "<text class=\"d\" x=\"14\" y=\"46\">Layer %z (%e), unit %z",
                at->layer, bp_scene_activation(scene, at->layer), at->to);
    if (at->kind == BP_CONNECTION_WEIGHT)
        bp_page_put(page, " from unit %z", at->from);
    bp_page_put(page,
                "</text>\n<text class=\"d\" x=\"14\" y=\"62\">for example %z</text>\n",
                at->row);
}

void bp_draw_chain(struct bp_scene *scene, const bp_chain *chain)
{
    const struct sum sum = sum_of(scene, chain);

    scene->width = WIDTH;
    scene->height = height_of(scene, &sum);
    bp_svg_open(scene, "The chain rule of one connection",
                "From left to right: the weight, the weighted input z, the activation a "
                "and the cost C, with the derivative of each by the one before it, and "
                "under them their product, the gradient of the weight.");
    draw_place(scene);
    draw_row(scene, chain);
    draw_product(scene, chain);
    bp_page_put(scene->page, "<text class=\"d x\" x=\"14\" y=\"262\">%s</text>\n",
                sum.text);
    draw_sum(scene, &sum, chain->coupled ? chain->dc_dz : chain->dc_da);
    bp_svg_close(scene);
}
