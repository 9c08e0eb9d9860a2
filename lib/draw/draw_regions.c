/* SPDX-License-Identifier: MIT */
/*
 * What a network of two inputs answers in the plane: a colour a class, the stronger the
 * surer, and examples as marks whose shape tells their class as well. Over a training the
 * frames follow each other; the last lies under them, for who wants no motion.
 */
#include "draw/plot.h"
#include "draw/record_scene.h"

enum { WIDTH = 396, SIDE = 320, LEFT = 50, TOP = 56, FRAMES = 12, HOLD = 4, SHAPES = 4 };

/** Frames and examples. */
struct regions {
    struct bp_scene *scene;
    const struct bp_region *region;
    const bp_dataset *data;       /**< Examples; or NULL, */
    const struct bp_recording *r; /**< and those of the probe. */
    size_t rows;
};

static const float *inputs_of(const struct regions *regions, size_t row)
{
    return regions->data != NULL ? bp_dataset_input_row(regions->data, row)
                                 : regions->r->probe + 2 * row;
}

/* -1: none. */
static int32_t label_of(const struct regions *regions, size_t row)
{
    return regions->data != NULL ? bp_dataset_label_at(regions->data, row)
                                 : regions->r->labels[row];
}

static struct bp_plot plot_of(const struct regions *regions)
{
    return (struct bp_plot){.page = regions->scene->page,
                            .left = LEFT,
                            .top = TOP,
                            .width = SIDE,
                            .height = SIDE,
                            .x0 = regions->region->x0,
                            .x1 = regions->region->x1,
                            .y0 = regions->region->y0,
                            .y1 = regions->region->y1};
}

static void draw_runs(struct bp_page *page, const uint8_t *cells, int value)
{
    size_t row;
    size_t col;

    for (row = 0; row < BP_REGION_SIDE; row++)
        for (col = 0; col < BP_REGION_SIDE; col++) {
            const uint8_t *line = cells + row * BP_REGION_SIDE;
            const size_t first = col;

            while (col < BP_REGION_SIDE && line[col] == value)
                col++;
            if (col > first)
                bp_page_put(page, "M%z %zh%zv1h-%zz", first, row, col - first,
                            col - first);
        }
}

static bool has(const uint8_t *cells, int value)
{
    size_t i;

    for (i = 0; i < BP_REGION_CELLS; i++)
        if (cells[i] == value)
            return true;
    return false;
}

static void draw_frame(const struct regions *regions, const uint8_t *cells)
{
    struct bp_page *page = regions->scene->page;
    int value;

    bp_page_put(page,
                "<rect class=\"g\" x=\"%z\" y=\"%z\" width=\"%z\" height=\"%z\"/>\n",
                (size_t)LEFT, (size_t)TOP, (size_t)SIDE, (size_t)SIDE);
    bp_page_put(page,
                "<g transform=\"translate(%z %z) scale(%g)\" "
                "shape-rendering=\"crispEdges\">\n",
                (size_t)LEFT, (size_t)TOP, (double)SIDE / BP_REGION_SIDE);
    for (value = 0; value < BP_REGION_CLASSES * BP_REGION_LEVELS; value++) {
        if (!has(cells, value))
            continue;
        bp_page_put(page, "<path class=\"c%z\" fill-opacity=\"%f\" d=\"",
                    (size_t)(value / BP_REGION_LEVELS),
                    0.15 + 0.15 * (value % BP_REGION_LEVELS));
        draw_runs(page, cells, value);
        bp_page_put(page, "\"/>\n");
    }
    bp_page_put(page, "</g>\n");
}

static void draw_mark(const struct regions *regions, const struct bp_plot *plot,
                      size_t row)
{
    static const char *const shapes[SHAPES] = {
        "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z", "m-3-3h6v6h-6z", "m0-4l4 7h-8z",
        "m0-4.5l4 4.5l-4 4.5l-4-4.5z"};
    const int32_t label = label_of(regions, row);
    const size_t class = label < 0 ? 6 : (size_t)label;
    const double x = inputs_of(regions, row)[0];
    const double y = inputs_of(regions, row)[1];

    bp_page_put(plot->page, "<path class=\"c%z edge\" d=\"M%f %f%s\"/>\n",
                class % BP_PLOT_COLOURS, bp_plot_x(plot, x), bp_plot_y(plot, y),
                shapes[class % SHAPES]);
}

static void draw_marks(const struct regions *regions)
{
    const struct bp_plot plot = plot_of(regions);
    const size_t every = (regions->rows - 1) / BP_RECORDER_PROBE + 1;
    size_t i;

    bp_page_put(plot.page, "<style>.bp .edge{stroke:#fff;stroke-width:.8}"
                           "@media(prefers-color-scheme:dark){"
                           ".bp .edge{stroke:#14181d}}</style>\n");
    for (i = 0; i < regions->rows; i += every)
        draw_mark(regions, &plot, i);
    bp_plot_frame(&plot, "", "");
}

static void open(const struct regions *regions, const char *text)
{
    regions->scene->width = WIDTH;
    regions->scene->height = TOP + SIDE + 44;
    bp_svg_open(regions->scene, "What the network answers", text);
    bp_plot_palette(regions->scene->page);
}

static void draw_note(const struct regions *regions)
{
    bp_page_put(regions->scene->page,
                "<text class=\"d x\" x=\"%z\" y=\"%z\">Colour: the class that is found, "
                "the stronger the surer.</text>\n",
                (size_t)14, (size_t)(TOP + SIDE + 34));
}

void bp_draw_regions(struct bp_scene *scene, const struct bp_region *region,
                     const uint8_t *cells, const bp_dataset *data)
{
    const struct regions regions = {
        .scene = scene, .region = region, .data = data, .rows = bp_dataset_rows(data)};

    open(&regions, "The plane of the two inputs: a colour for the class that the network "
                   "finds at each place, and examples as marks.");
    draw_frame(&regions, cells);
    draw_marks(&regions);
    draw_note(&regions);
    bp_svg_close(scene);
}

/* ---- over a training ---- */

static void put_times(struct bp_page *page, double begin, double end)
{
    bp_page_put(page,
                "<animate attributeName=\"opacity\" dur=\"8s\" "
                "repeatCount=\"indefinite\" calcMode=\"discrete\" "
                "keyTimes=\"0;%g;%g\" values=\"0;1;0\"/>",
                begin, end);
}

/* The number of the epoch or step. */
static void put_caption(const struct bp_record_scene *record, size_t sample)
{
    bp_page_put(record->scene.page, "<text class=\"t\" x=\"%z\" y=\"46\">%s %g</text>",
                (size_t)LEFT, bp_record_x_name(record), bp_record_x(record, sample));
}

static void draw_moving(const struct bp_record_scene *record,
                        const struct regions *regions, size_t frames)
{
    const struct bp_recording *r = &record->recorder->recording;
    const double slots = (double)frames - 1 + HOLD;
    struct bp_page *page = record->scene.page;
    size_t i;

    for (i = 0; i + 1 < frames; i++) {
        const size_t sample = i * (r->count - 1) / (frames - 1);

        bp_page_put(page, "<g class=\"move\" opacity=\"0\">");
        put_times(page, (double)i / slots, (double)(i + 1) / slots);
        draw_frame(regions, r->cells + BP_REGION_CELLS * sample);
        bp_page_put(page,
                    "<rect class=\"g\" x=\"%z\" y=\"34\" width=\"200\" height=\"16\"/>",
                    (size_t)LEFT);
        put_caption(record, sample);
        bp_page_put(page, "</g>\n");
    }
}

void bp_draw_recorded_regions(struct bp_record_scene *record)
{
    const struct bp_recording *r = &record->recorder->recording;
    const struct regions regions = {
        .scene = &record->scene, .region = &r->region, .r = r, .rows = r->rows};
    const size_t last = r->count - 1;

    open(&regions, "The plane of the two inputs over a training: a colour for the class "
                   "that the network finds at each place, and examples as marks.");
    draw_frame(&regions, r->cells + BP_REGION_CELLS * last);
    put_caption(record, last);
    draw_moving(record, &regions, r->count < FRAMES ? r->count : FRAMES);
    draw_marks(&regions);
    draw_note(&regions);
    bp_svg_close(&record->scene);
}
