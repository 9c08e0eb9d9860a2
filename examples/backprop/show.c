/* SPDX-License-Identifier: MIT */
#include "show.h"

#include "common/check.h"
#include "common/options.h"

#include <math.h>
#include <stdlib.h>

/* Pictures are drawn anew so many seconds after the last time, at the earliest. */
static const double seconds_between = 0.5;

static int is_wanted(const struct show *show)
{
    const struct settings *s = show->s;

    return s->history != NULL || s->watch != NULL || s->regions != NULL;
}

struct show show_begin(const struct settings *s, const struct rows *rows,
                       bp_network *network)
{
    struct show show = {.s = s, .data = rows->train, .network = network};

    if (!is_wanted(&show))
        return show;
    if (s->regions != NULL && bp_network_inputs(network) != 2)
        fail("--regions is given, expected 2 inputs to draw, not %zu",
             bp_network_inputs(network));
    if (!s->regression && rows->test != NULL)
        CHECK_STATUS(bp_metrics_create(bp_network_outputs(network), NULL, &show.metrics));
    if (s->checkpoint != NULL && s->history != NULL && file_is_there(s->history))
        show.curves = curves_read(s->history);
    return show;
}

static void draw_regions(const struct show *show)
{
    struct fresh fresh = fresh_open(show->s->regions);
    bp_picture_options options;

    CHECK_STATUS(bp_picture_options_init(&options));
    options.data = show->data;
    CHECK(show->network, bp_network_draw(show->network, BP_PICTURE_REGIONS, &options,
                                         write_piece, fresh.file));
    fresh_close(&fresh);
}

/* The table is written as a whole once, then it grows. */
static void write_history(struct show *show)
{
    const char *path = show->s->history;

    if (path == NULL)
        return;
    if (show->written)
        curves_append(&show->curves, path);
    else
        curves_write(&show->curves, path);
    show->written = 1;
}

static void draw_files(const struct show *show)
{
    const struct settings *s = show->s;

    if (show->curves.count > 0 && s->watch != NULL)
        curves_draw(&show->curves, s->watch);
    if (s->regions != NULL)
        draw_regions(show);
}

/* What an epoch came to. */
static void take(struct show *show, const bp_progress *now)
{
    double values[CURVE_COUNT] = {[CURVE_EPOCH] = (double)now->epoch,
                                  [CURVE_COST] = now->cost,
                                  [CURVE_VALIDATION] =
                                      show->s->held_out > 0 ? now->validation_cost : NAN,
                                  [CURVE_ACCURACY] = NAN,
                                  [CURVE_RATE] = now->rate};

    if (show->metrics != NULL)
        CHECK(show->metrics, bp_metrics_value(show->metrics, BP_METRIC_ACCURACY,
                                              BP_INDEX_ALL, &values[CURVE_ACCURACY]));
    curves_cut(&show->curves, now->epoch - 1);
    curves_add(&show->curves, values);
}

void show_look(struct show *show, const bp_progress *now)
{
    if (!is_wanted(show) || now->event != BP_EVENT_EPOCH)
        return;
    take(show, now);
    write_history(show);
    if (now->epoch > 1 && now->seconds - show->drawn < seconds_between)
        return;
    draw_files(show);
    show->drawn = now->seconds;
}

void show_end(struct show *show)
{
    if (is_wanted(show))
        draw_files(show);
    bp_metrics_destroy(show->metrics);
    curves_free(&show->curves);
}
