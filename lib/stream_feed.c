/* SPDX-License-Identifier: MIT */
/* Windows of rows, and the thread that fills the next one. What is in a window does not
 * depend on who filled it, and a fault is told when its window is asked for: so the
 * thread changes nothing but the time. */
#include "stream.h"

#include <string.h>

/* ---- a window ---- */

static bool add_part(struct bp_window *window, enum bp_part_kind kind, size_t width)
{
    return width == 0 || bp_part_create(&window->data.host, window->capacity, width,
                                        &window->data.content.parts[kind]) != NULL;
}

bool bp_window_create(struct bp_window *window, const struct bp_stream *stream,
                      size_t rows)
{
    const bp_stream_shape *shape = &stream->shape;

    window->capacity = rows;
    window->data.content.classes = shape->classes;
    window->data.content.rows = rows;
    return add_part(window, BP_PART_INPUTS, shape->inputs) &&
           add_part(window, BP_PART_TARGETS, shape->outputs) &&
           add_part(window, BP_PART_LABELS, shape->classes > 0) &&
           add_part(window, BP_PART_WEIGHTS, shape->weighted != 0);
}

void bp_window_release(struct bp_window *window)
{
    bp_content_release(&window->data.host, &window->data.content);
}

/* Where the part lies, all zero; NULL without it. */
static void *cleared(const struct bp_window *window, enum bp_part_kind kind, size_t rows)
{
    const struct bp_part *part = &window->data.content.parts[kind];

    if (part->values == NULL)
        return NULL;
    return memset(bp_block_data(part->block), 0, rows * part->width * BP_ELEMENT_SIZE);
}

static bp_status fail_value(const bp_rows *rows, const char *what, size_t index,
                            size_t width, struct bp_text *text)
{
    return bp_fail(text, BP_EDATA, "%s row %llu, column %zu of epoch %llu, expected %s",
                   what, (unsigned long long)(rows->first + index / width), index % width,
                   (unsigned long long)rows->epoch,
                   strcmp(what, "weights") == 0 ? "finite and not negative" : "finite");
}

/* A number minus itself is 0, or NaN. */
static bp_status check_numbers(const bp_rows *rows, const char *what, const float *values,
                               size_t width, struct bp_text *text)
{
    const size_t count = values != NULL ? rows->rows * width : 0;

    for (size_t i = 0; i < count; i++)
        if (!(values[i] - values[i] == 0))
            return fail_value(rows, what, i, width, text);
    return BP_OK;
}

static bp_status check_weights(const bp_rows *rows, struct bp_text *text)
{
    for (size_t i = 0; rows->weights != NULL && i < rows->rows; i++)
        if (!(rows->weights[i] >= 0 && rows->weights[i] - rows->weights[i] == 0))
            return fail_value(rows, "weights", i, 1, text);
    return BP_OK;
}

static bp_status check_labels(const bp_rows *rows, size_t classes, struct bp_text *text)
{
    for (size_t i = 0; rows->labels != NULL && i < rows->rows; i++)
        if (rows->labels[i] < 0 || (size_t)rows->labels[i] >= classes)
            return bp_fail(text, BP_EDATA,
                           "label of row %llu of epoch %llu is %ld, expected 0 to %zu",
                           (unsigned long long)(rows->first + i),
                           (unsigned long long)rows->epoch, (long)rows->labels[i],
                           classes - 1);
    return BP_OK;
}

static bp_status check_all(const bp_rows *rows, const bp_stream_shape *shape,
                           struct bp_text *text)
{
    bp_status status = check_numbers(rows, "inputs", rows->inputs, shape->inputs, text);

    if (status == BP_OK)
        status = check_numbers(rows, "targets", rows->targets, shape->outputs, text);
    if (status == BP_OK)
        status = check_labels(rows, shape->classes, text);
    return status == BP_OK ? check_weights(rows, text) : status;
}

bp_status bp_window_fill(struct bp_window *window, struct bp_stream *stream,
                         uint64_t epoch, uint64_t first, struct bp_text *text)
{
    const uint64_t left = stream->shape.rows - first;
    const size_t count = left < window->capacity ? (size_t)left : window->capacity;
    bp_rows rows = {.struct_size = sizeof rows,
                    .epoch = epoch,
                    .first = first,
                    .rows = count,
                    .inputs = cleared(window, BP_PART_INPUTS, count),
                    .targets = cleared(window, BP_PART_TARGETS, count),
                    .labels = cleared(window, BP_PART_LABELS, count),
                    .weights = cleared(window, BP_PART_WEIGHTS, count)};
    const bp_rows asked = rows;
    bp_status status = stream->source.fill(stream, &rows, text);

    window->data.content.rows = count;
    window->epoch = epoch;
    window->first = first;
    if (status == BP_OK)
        status = check_all(&asked, &stream->shape, text);
    return status;
}

/* ---- one window after the other ---- */

static bool create_windows(struct bp_feed *feed)
{
    const unsigned count = feed->aside != NULL ? 2 : 1;

    for (unsigned i = 0; i < count; i++) {
        feed->windows[i].data.host = feed->stream->host;
        if (!bp_window_create(&feed->windows[i], feed->stream, feed->size))
            return false;
    }
    return true;
}

static bool is_ahead_allowed(const struct bp_stream *stream, bool threads)
{
    return threads && stream->settings[BP_STREAM_PREFETCH - 1] != 0 &&
           stream->host.parallel.run == NULL && bp_team_possible;
}

bp_status bp_feed_create(struct bp_feed *feed, struct bp_stream *stream, size_t size,
                         bool threads, struct bp_text *text)
{
    const bool ahead = is_ahead_allowed(stream, threads);

    *feed = (struct bp_feed){.stream = stream, .size = size};
    if (ahead)
        feed->aside = bp_aside_create(&stream->host);
    if ((!ahead || feed->aside != NULL) && create_windows(feed)) {
        stream->busy = true;
        return BP_OK;
    }
    bp_feed_release(feed);
    return bp_fail(text, BP_ENOMEM, "no memory for windows of %zu rows", size);
}

void bp_feed_release(struct bp_feed *feed)
{
    if (feed->stream == NULL)
        return;
    bp_aside_destroy(feed->aside, &feed->stream->host);
    bp_window_release(&feed->windows[0]);
    bp_window_release(&feed->windows[1]);
    feed->stream->busy = false;
    *feed = (struct bp_feed){0};
}

static struct bp_window *other(struct bp_feed *feed)
{
    return &feed->windows[1 - feed->current];
}

static void fetch(void *work)
{
    struct bp_feed *feed = work;
    struct bp_window *window = other(feed);

    feed->status =
        bp_window_fill(window, feed->stream, window->epoch, window->first, &feed->text);
}

void bp_feed_begin(struct bp_feed *feed, uint64_t epoch, uint64_t first)
{
    if (feed->aside == NULL)
        return;
    other(feed)->epoch = epoch;
    other(feed)->first = first;
    feed->ahead = bp_aside_begin(feed->aside, fetch, feed);
}

/* What was fetched ahead becomes the current window, if it is the one that is wanted. */
static bp_status take(struct bp_feed *feed, uint64_t epoch, uint64_t first, bool *taken,
                      struct bp_text *text)
{
    *taken = false;
    if (!feed->ahead)
        return BP_OK;
    feed->ahead = false;
    if (bp_aside_wait(feed->aside) == BP_ASIDE_LOST)
        return bp_fail(text, BP_ESTATE,
                       "the process was forked while rows were fetched ahead");
    *taken = other(feed)->epoch == epoch && other(feed)->first == first;
    if (!*taken)
        return BP_OK;
    feed->current = 1 - feed->current;
    if (feed->status != BP_OK)
        *text = feed->text;
    return feed->status;
}

bp_status bp_feed_get(struct bp_feed *feed, uint64_t epoch, uint64_t first,
                      struct bp_text *text)
{
    bool taken;
    const bp_status status = take(feed, epoch, first, &taken, text);

    if (status != BP_OK || taken)
        return status;
    return bp_window_fill(&feed->windows[feed->current], feed->stream, epoch, first,
                          text);
}
