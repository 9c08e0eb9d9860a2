/* SPDX-License-Identifier: MIT */
/* Learning curves, and the norms of each layer. */
#include "draw/plot.h"
#include "draw/record_scene.h"

#include <string.h>

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

/** Where lines are drawn. */
struct frame {
    const char *name, *x_name;
    size_t place; /**< From the top. */
    bool logarithmic;
};

/* Two keys beside each other, under the frame's name. */
static void draw_frame(struct bp_page *page, const struct frame *frame,
                       const struct bp_series *series, size_t count)
{
    struct bp_plot plot = {.page = page,
                           .left = LEFT,
                           .top = TOP + STEP * (double)frame->place,
                           .width = WIDTH - LEFT - 20.0,
                           .height = HEIGHT,
                           .logarithmic = frame->logarithmic};
    size_t i;

    bp_plot_fit(&plot, series, count);
    bp_plot_frame(&plot, frame->name, frame->x_name);
    for (i = 0; i < count; i++)
        bp_plot_line(&plot, &series[i]);
    for (i = 0; i < count; i++)
        bp_plot_key(page, &series[i], LEFT + 104 + 104 * (double)(i % 3),
                    plot.top - 12 - 14 * (double)(i / 3));
}

static void draw_lines(const struct bp_record_scene *record, const struct lines *lines,
                       const char *name, size_t place, bool logarithmic)
{
    const struct frame frame = {name, bp_record_x_name(record), place, logarithmic};

    draw_frame(record->scene.page, &frame, lines->series, lines->count);
}

static void open(struct bp_scene *scene, size_t frames, const char *title,
                 const char *text)
{
    scene->width = WIDTH;
    scene->height = TOP + STEP * (double)frames - 26;
    bp_svg_open(scene, title, text);
    bp_plot_palette(scene->page);
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

    open(&record->scene, frames, "Learning curves",
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
    open(&record->scene, 3, "Norms of each layer",
         "Over the training: how large the weights of each layer are, how large their "
         "gradient, and which part of the weights a step moves; of the first eight "
         "layers.");
    draw_norm(record, 0, "weights");
    draw_norm(record, 1, "gradient");
    draw_norm(record, 2, "update ratio");
    bp_svg_close(&record->scene);
}

/* ---- lines of any numbers ---- */

static double point_of_line(const void *from, size_t index, double *x)
{
    const bp_line *line = from;

    *x = line->x[index];
    return line->y[index];
}

/* How many of them, from the first on, lie in the frame of the first. */
static size_t run_of(const bp_line *lines, size_t count)
{
    size_t i = 1;

    while (i < count && strcmp(lines[i].frame, lines[0].frame) == 0)
        i++;
    return i;
}

static bool is_whole(const bp_line *line)
{
    return line->struct_size == sizeof *line && line->reserved == 0 &&
           line->frame != NULL && line->name != NULL && line->x != NULL &&
           line->y != NULL && line->count > 0;
}

/* The number of frames; 0 if a line cannot be. */
static size_t count_frames(const bp_line *lines, size_t count)
{
    size_t frames = 0;
    size_t i;

    for (i = 0; i < count; i++)
        if (!is_whole(&lines[i]))
            return 0;
    for (i = 0; i < count; frames++) {
        const size_t run = run_of(lines + i, count - i);

        if (run > LINES)
            return 0;
        i += run;
    }
    return frames;
}

static void draw_run(struct bp_page *page, const bp_line *lines, size_t count,
                     struct frame *frame)
{
    struct bp_series series[LINES];
    size_t i;

    for (i = 0; i < count; i++)
        series[i] = (struct bp_series){.name = lines[i].name,
                                       .colour = i,
                                       .count = lines[i].count,
                                       .at = point_of_line,
                                       .from = &lines[i]};
    frame->name = lines[0].frame;
    draw_frame(page, frame, series, count);
    frame->place++;
}

bp_status bp_lines_draw(const bp_line *lines, size_t count, const char *x_name,
                        const bp_picture_options *options, bp_write_fn write, void *user)
{
    const struct bp_draw_shape shape = {SIZE_MAX, SIZE_MAX};
    struct frame frame = {.x_name = x_name};
    struct bp_page page;
    struct bp_text text;
    struct bp_scene scene = {.page = &page, .options = options};
    bp_picture_options defaults;
    size_t frames;
    size_t i;

    if (lines == NULL || x_name == NULL || write == NULL)
        return BP_EINVAL;
    (void)bp_picture_options_init(&defaults);
    if (options == NULL)
        scene.options = &defaults;
    frames = count_frames(lines, count);
    if (frames == 0 || bp_draw_check_options(&shape, scene.options, &text) != BP_OK)
        return BP_EINVAL;
    bp_page_begin(&page, write, user);
    open(&scene, frames, "Lines", "Lines of numbers, frame by frame.");
    for (i = 0; i < count; i += run_of(lines + i, count - i))
        draw_run(&page, lines + i, run_of(lines + i, count - i), &frame);
    bp_svg_close(&scene);
    return bp_draw_end(&page, &text);
}
