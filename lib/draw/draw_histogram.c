/* SPDX-License-Identifier: MIT */
/* How the activations of each layer are spread: of a trace's rows as bars, of a
 * recorder's samples over time as shades. */
#include "draw/plot.h"
#include "draw/record_scene.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 440, LEFT = 62, TOP = 70, HEIGHT = 84, STEP = 148, BINS = 24, TIMES = 60 };

/* ---- of a trace ---- */

/** Counts of a layer. */
struct counts {
    double low, high, most, zeros, all;
    double bins[BINS];
};

static void count(const struct bp_record *record, size_t layer, struct counts *counts)
{
    const struct bp_trace_slot *slot = &record->slots[layer];
    size_t i;

    memset(counts, 0, sizeof *counts);
    counts->low = HUGE_VAL;
    counts->high = -HUGE_VAL;
    counts->all = (double)record->rows * (double)slot->a_count;
    for (i = 0; i < record->rows * slot->a_count; i++) {
        const double a =
            bp_record_row(record, i / slot->a_count)[slot->a + i % slot->a_count];

        counts->low = fmin(counts->low, a);
        counts->high = fmax(counts->high, a);
        counts->zeros += a == 0;
    }
    if (counts->low == counts->high) {
        counts->low -= 0.5;
        counts->high += 0.5;
    }
    for (i = 0; i < record->rows * slot->a_count; i++) {
        const double a =
            bp_record_row(record, i / slot->a_count)[slot->a + i % slot->a_count];
        const double at = BINS * (a - counts->low) / (counts->high - counts->low);

        counts->bins[(size_t)fmin(at, BINS - 1)] += 1;
    }
    for (i = 0; i < BINS; i++)
        counts->most = fmax(counts->most, counts->bins[i]);
}

static void put_layer(const struct bp_scene *scene, size_t layer, double y)
{
    bp_page_put(scene->page,
                "<text class=\"t b\" x=\"%z\" y=\"%f\">layer %z: %e</text>\n",
                (size_t)LEFT, y, layer, bp_scene_activation(scene, layer));
}

static void draw_bars(const struct bp_scene *scene, size_t layer)
{
    const double wide = WIDTH - LEFT - 16.0;
    struct counts counts;
    struct bp_plot plot = {.page = scene->page,
                           .left = LEFT,
                           .top = TOP + STEP * (double)layer,
                           .width = wide,
                           .height = HEIGHT};
    size_t i;

    count(&scene->trace->record, layer, &counts);
    plot.x0 = counts.low;
    plot.x1 = counts.high;
    plot.y1 = counts.most / counts.all;
    bp_plot_frame(&plot, "", "activation");
    put_layer(scene, layer, plot.top - 8);
    for (i = 0; i < BINS; i++) {
        const double tall = HEIGHT * counts.bins[i] / counts.most;

        bp_page_put(scene->page,
                    "<rect class=\"pf\" x=\"%f\" y=\"%f\" width=\"%f\" height=\"%f\"/>",
                    LEFT + wide * (double)i / BINS, plot.top + HEIGHT - tall,
                    wide / BINS - 1, tall);
    }
    bp_page_put(scene->page,
                "\n<text class=\"d x e\" x=\"%f\" y=\"%f\">%g %% are 0</text>\n",
                LEFT + wide, plot.top - 8, 100 * counts.zeros / counts.all);
}

void bp_draw_histograms(struct bp_scene *scene)
{
    size_t i;

    scene->width = WIDTH;
    scene->height = TOP + STEP * (double)scene->network->count - 28;
    bp_svg_open(scene, "How activations are spread",
                "For each layer a histogram of the activations of all its units, over "
                "the examples; the axis that points up is their share.");
    bp_plot_palette(scene->page);
    bp_page_put(scene->page,
                "<text class=\"d\" x=\"14\" y=\"44\">Over %z examples</text>\n",
                scene->trace->record.rows);
    for (i = 0; i < scene->network->count; i++)
        draw_bars(scene, i);
    bp_svg_close(scene);
}

/* ---- of a recorder ---- */

/** A layer over time; its bins are put into those of one range for all samples. */
struct times {
    const struct bp_recording *recording;
    size_t layer, cols;
    double low, high;
    double shares[BINS][TIMES];
};

static size_t sample_of(const struct times *times, size_t col)
{
    if (times->cols < 2)
        return 0;
    return col * (times->recording->count - 1) / (times->cols - 1);
}

static void put_bins(struct times *times, size_t col)
{
    const struct bp_recording *r = times->recording;
    const size_t at = sample_of(times, col) * r->layers + times->layer;
    const double low = r->ranges[2 * at];
    const double high = r->ranges[2 * at + 1];
    double all = 0;
    size_t i;

    for (i = 0; i < BP_RECORDER_BINS; i++)
        all += r->bins[BP_RECORDER_BINS * at + i];
    for (i = 0; i < BP_RECORDER_BINS; i++) {
        const double a = low + (high - low) * ((double)i + 0.5) / BP_RECORDER_BINS;
        const double part = (a - times->low) / (times->high - times->low);

        times->shares[(size_t)fmin(fmax(BINS * part, 0), BINS - 1)][col] +=
            r->bins[BP_RECORDER_BINS * at + i] / all;
    }
}

static void fill_times(struct times *times)
{
    const struct bp_recording *r = times->recording;
    size_t i;

    times->low = HUGE_VAL;
    times->high = -HUGE_VAL;
    for (i = 0; i < r->count; i++) {
        times->low = fmin(times->low, r->ranges[2 * (i * r->layers + times->layer)]);
        times->high =
            fmax(times->high, r->ranges[2 * (i * r->layers + times->layer) + 1]);
    }
    if (!(times->low < times->high)) {
        times->low -= 0.5;
        times->high += 0.5;
    }
    memset(times->shares, 0, sizeof times->shares);
    for (i = 0; i < times->cols; i++)
        put_bins(times, i);
}

/* The square root, so that what is rare is seen. */
static int cell_of(const void *from, size_t row, size_t col)
{
    const struct times *times = from;

    return bp_plot_level(sqrt(times->shares[BINS - 1 - row][col]));
}

static void draw_times(const struct bp_record_scene *record, size_t layer,
                       struct times *times)
{
    const struct bp_scene *scene = &record->scene;
    struct bp_plot plot = {.page = scene->page,
                           .left = LEFT,
                           .top = TOP + STEP * (double)layer,
                           .width = WIDTH - LEFT - 16.0,
                           .height = HEIGHT};
    const size_t last = times->recording->count - 1;

    times->layer = layer;
    fill_times(times);
    plot.x0 = bp_record_x(record, 0);
    plot.x1 = bp_record_x(record, last);
    if (!(plot.x0 < plot.x1))
        plot.x1 = plot.x0 + 1;
    plot.y0 = times->low;
    plot.y1 = times->high;
    bp_plot_cells(&plot, BINS, times->cols, cell_of, times);
    bp_plot_frame(&plot, "", bp_record_x_name(record));
    put_layer(scene, layer, plot.top - 8);
}

void bp_draw_recorded_histograms(struct bp_record_scene *record)
{
    struct bp_scene *scene = &record->scene;
    const struct bp_recording *r = &record->recorder->recording;
    struct times times = {.recording = r, .cols = r->count < TIMES ? r->count : TIMES};
    size_t i;

    scene->width = WIDTH;
    scene->height = TOP + STEP * (double)r->layers - 28;
    bp_svg_open(scene, "How activations are spread, over time",
                "For each layer the activations of all its units on the probe: upwards "
                "their values, to the right the training, the darker the more.");
    bp_plot_palette(scene->page);
    bp_page_put(
        scene->page,
        "<text class=\"d\" x=\"14\" y=\"44\">Over %z examples of the probe</text>\n",
        r->rows);
    for (i = 0; i < r->layers; i++)
        draw_times(record, i, &times);
    bp_svg_close(scene);
}
