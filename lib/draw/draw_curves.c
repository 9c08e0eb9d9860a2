/* SPDX-License-Identifier: MIT */
/* Learning curves, and the norms of each layer. */
#include "draw/plot.h"
#include "draw/record_scene.h"

enum { WIDTH = 480, LEFT = 62, TOP = 92, HEIGHT = 150, STEP = 214, LINES = 8 };

double bp_record_x(const struct bp_record_scene *record, size_t sample)
{
    const struct bp_recording *recording = &record->recorder->recording;

    return bp_recording_row(
        recording, sample)[recording->options.event == BP_EVENT_EPOCH ? BP_COLUMN_EPOCH
                                                                      : BP_COLUMN_STEP];
}

const char *bp_record_x_name(const struct bp_record_scene *record)
{
    return record->recorder->recording.options.event == BP_EVENT_EPOCH ? "epoch" : "step";
}

/** A column as a line. */
struct line {
    const struct bp_record_scene *record;
    size_t column;
};

static double point_of(const void *from, size_t index, double *x)
{
    const struct line *line = from;

    *x = bp_record_x(line->record, index);
    return bp_recording_row(&line->record->recorder->recording, index)[line->column];
}

static bool is_known(const struct bp_record_scene *record, size_t column)
{
    const struct bp_recording *recording = &record->recorder->recording;
    size_t i;

    for (i = 0; i < recording->count; i++) {
        const double value = bp_recording_row(recording, i)[column];

        if (value - value == 0)
            return true;
    }
    return false;
}

/** The lines of one frame. */
struct lines {
    struct line from[LINES];
    struct bp_series series[LINES];
    size_t count;
};

static void add(struct lines *lines, const struct bp_record_scene *record, size_t column,
                const char *name)
{
    struct bp_series *series = &lines->series[lines->count];

    if (lines->count == LINES || !is_known(record, column))
        return;
    lines->from[lines->count] = (struct line){record, column};
    *series = (struct bp_series){.name = name,
                                 .colour = lines->count,
                                 .count = record->recorder->recording.count,
                                 .at = point_of,
                                 .from = &lines->from[lines->count]};
    lines->count++;
}

/* Two keys beside each other, under the frame's name. */
static void draw_lines(const struct bp_record_scene *record, const struct lines *lines,
                       const char *name, size_t place, bool logarithmic)
{
    struct bp_plot plot = {.page = record->scene.page,
                           .left = LEFT,
                           .top = TOP + STEP * (double)place,
                           .width = WIDTH - LEFT - 20.0,
                           .height = HEIGHT,
                           .logarithmic = logarithmic};
    size_t i;

    bp_plot_fit(&plot, lines->series, lines->count);
    bp_plot_frame(&plot, name, bp_record_x_name(record));
    for (i = 0; i < lines->count; i++)
        bp_plot_line(&plot, &lines->series[i]);
    for (i = 0; i < lines->count; i++)
        bp_plot_key(plot.page, &lines->series[i], LEFT + 104 + 104 * (double)(i % 3),
                    plot.top - 12 - 14 * (double)(i / 3));
}

static void open(struct bp_record_scene *record, size_t frames, const char *title,
                 const char *text)
{
    record->scene.width = WIDTH;
    record->scene.height = TOP + STEP * (double)frames - 26;
    bp_svg_open(&record->scene, title, text);
    bp_plot_palette(record->scene.page);
}

/* ---- learning curves ---- */

static void draw_cost(const struct bp_record_scene *record)
{
    struct lines lines = {.count = 0};

    add(&lines, record, BP_COLUMN_COST, "training");
    add(&lines, record, BP_COLUMN_VALIDATION, "validation");
    draw_lines(record, &lines, "cost", 0, false);
}

static size_t metrics_of(const struct bp_record_scene *record, struct lines *lines)
{
    const struct bp_recording *recording = &record->recorder->recording;
    size_t i;

    for (i = 0; i < recording->options.metric_codes_count; i++)
        add(lines, record, BP_RECORDER_FIXED + i,
            recording->names[BP_RECORDER_FIXED + i]);
    return lines->count;
}

void bp_draw_curves(struct bp_record_scene *record)
{
    struct lines metrics = {.count = 0};
    struct lines rate = {.count = 0};
    const size_t frames = metrics_of(record, &metrics) > 0 ? 3 : 2;

    open(record, frames, "Learning curves",
         "The cost, metrics if they were kept, and the learning rate over the training.");
    draw_cost(record);
    if (metrics.count > 0)
        draw_lines(record, &metrics, "metrics", 1, false);
    add(&rate, record, BP_COLUMN_RATE, "learning rate");
    draw_lines(record, &rate, "rate", frames - 1, false);
    bp_svg_close(&record->scene);
}

/* ---- norms ---- */

static void draw_norm(const struct bp_record_scene *record, size_t which,
                      const char *name)
{
    static const char *const layers[LINES] = {"layer 0", "layer 1", "layer 2", "layer 3",
                                              "layer 4", "layer 5", "layer 6", "layer 7"};
    struct lines lines = {.count = 0};
    size_t i;

    for (i = 0; i < record->recorder->recording.layers && i < LINES; i++)
        if (bp_recording_has_params(record->recorder, i))
            add(&lines, record, bp_recording_layer(record->recorder, i) + which,
                layers[i]);
    draw_lines(record, &lines, name, which, true);
}

void bp_draw_norms(struct bp_record_scene *record)
{
    open(record, 3, "Norms of each layer",
         "Over the training: how large the weights of each layer are, how large their "
         "gradient, and which part of the weights a step moves; of the first eight "
         "layers.");
    draw_norm(record, 0, "weights");
    draw_norm(record, 1, "gradient");
    draw_norm(record, 2, "update ratio");
    bp_svg_close(&record->scene);
}
