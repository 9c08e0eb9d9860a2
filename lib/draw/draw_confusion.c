/* SPDX-License-Identifier: MIT */
/* Rows are the classes of the examples, columns the classes they were taken for. */
#include "draw/record_scene.h"

enum { CELL = 34, LEFT = 96, TOP = 92, MOST = 24 };

static double cell_of(const struct bp_metrics *metrics, size_t target, size_t found)
{
    double weight = 0;

    (void)bp_metrics_confusion(metrics, target, found, &weight);
    return weight;
}

static double row_of(const struct bp_metrics *metrics, size_t target)
{
    double sum = 0;
    size_t i;

    for (i = 0; i < metrics->classes; i++)
        sum += cell_of(metrics, target, i);
    return sum;
}

static void put_name(const struct bp_scene *scene, size_t class)
{
    const char *const *names = scene->options->output_names;

    if (names != NULL)
        bp_page_put(scene->page, "%n<title>%e</title></text>\n", names[class],
                    names[class]);
    else
        bp_page_put(scene->page, "%z</text>\n", class);
}

static void draw_cell(const struct bp_scene *scene, const struct bp_metrics *metrics,
                      size_t target, size_t found)
{
    const double weight = cell_of(metrics, target, found);
    const double whole = row_of(metrics, target);
    const double x = LEFT + CELL * (double)found;
    const double y = TOP + CELL * (double)target;
    struct bp_page *page = scene->page;

    bp_page_put(page,
                "<rect class=\"%sf\" x=\"%f\" y=\"%f\" width=\"%z\" height=\"%z\" "
                "fill-opacity=\"%f\"/>",
                target == found ? "p" : "n", x + 0.5, y + 0.5, (size_t)CELL - 1,
                (size_t)CELL - 1, weight > 0 ? 0.1 + 0.4 * weight / whole : 0.03);
    bp_page_put(page,
                "<text class=\"%s x m\" x=\"%f\" y=\"%f\">%g<title>of class %z taken for "
                "%z</title></text>\n",
                weight > 0 ? "t" : "d", x + CELL / 2.0, y + CELL / 2.0 + 3.5, weight,
                target, found);
}

static void draw_names(const struct bp_scene *scene, size_t classes)
{
    size_t i;

    for (i = 0; i < classes; i++) {
        bp_page_put(scene->page, "<text class=\"t e\" x=\"%f\" y=\"%f\">", LEFT - 6.0,
                    TOP + CELL * ((double)i + 0.5) + 4);
        put_name(scene, i);
        bp_page_put(scene->page,
                    "<text class=\"t\" transform=\"translate(%f %f) rotate(-45)\">",
                    LEFT + CELL * ((double)i + 0.5) + 2, TOP - 6.0);
        put_name(scene, i);
    }
}

void bp_draw_confusion(struct bp_scene *scene, const struct bp_metrics *metrics)
{
    const size_t classes = metrics->classes < MOST ? metrics->classes : MOST;
    const double side = CELL * (double)classes;
    size_t i;

    scene->width = LEFT + side + 40 > 360 ? LEFT + side + 40 : 360;
    scene->height = TOP + side + 34;
    bp_svg_open(scene, "Confusion matrix",
                "A row for each class, a column for each class that was found. On the "
                "diagonal, in blue, what was right; beside it, in orange, what was not.");
    draw_names(scene, classes);
    for (i = 0; i < classes * classes; i++)
        draw_cell(scene, metrics, i / classes, i % classes);
    bp_page_put(scene->page, "<text class=\"d x\" x=\"14\" y=\"%f\">", TOP + side + 20);
    if (classes < metrics->classes)
        bp_page_put(scene->page, "%z more classes are not shown. ",
                    metrics->classes - classes);
    bp_page_put(scene->page, "Rows: the class; columns: what was found.</text>\n");
    bp_svg_close(scene);
}
