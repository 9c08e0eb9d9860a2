/* SPDX-License-Identifier: MIT */
/* Bad arguments: recorders. See badargs.h. */
#include "badargs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static bp_status refused(bool answer)
{
    return answer ? BP_EINVAL : BP_OK;
}

static void test_create(void **state)
{
    struct world *w = *state;

    BAD(bp_recorder_options_init, options, "NULL", BP_EINVAL, NOTHING,
        bp_recorder_options_init(NULL));
    BAD(bp_recorder_create, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_recorder_create(NULL, &w->out.recorder));
    BAD(bp_recorder_create, trainer, "not built", BP_EINVAL, NOTHING,
        bp_recorder_create(w->fresh, &w->out.recorder));
    BAD(bp_recorder_create, recorder, "NULL", BP_EINVAL, NOTHING,
        bp_recorder_create(w->trainer, NULL));
    ANY(bp_recorder_destroy, recorder, "accepts NULL");
    BAD(bp_recorder_error, recorder, "NULL", BP_EINVAL, NOTHING,
        refused(strcmp(bp_recorder_error(NULL), "") == 0));
}

/* Each wrong option in an otherwise right record. */
#define BAD_OPTION(what, status, change)                           \
    do {                                                           \
        o = w->record;                                             \
        change;                                                    \
        BAD(bp_recorder_start, options, what, status, w->recorder, \
            bp_recorder_start(w->recorder, &o));                   \
    } while (0)

static void test_start(void **state)
{
    struct world *w = *state;
    const int32_t unknown = 1000;
    bp_connection c = w->connection;
    bp_recorder_options o;

    BAD(bp_recorder_start, recorder, "NULL", BP_EINVAL, NOTHING,
        bp_recorder_start(NULL, NULL));
    BAD_OPTION("wrong struct_size", BP_EINVAL, o.struct_size -= 1);
    BAD_OPTION("event 3", BP_EINVAL, o.event = 3);
    BAD_OPTION("1 sample", BP_EINVAL, o.samples = 1);
    BAD_OPTION("SIZE_MAX samples", BP_EINVAL, o.samples = SIZE_MAX);
    BAD_OPTION("regions without a probe", BP_EINVAL, o.probe = NULL);
    BAD_OPTION("an empty probe", BP_ESHAPE, o.probe = w->empty);
    BAD_OPTION("another width", BP_ESHAPE, (o.probe = w->data, o.regions = 0));
    BAD_OPTION("no metrics", BP_EINVAL, o.metrics = NULL);
    BAD_OPTION("no metric codes", BP_EINVAL, o.metric_codes = NULL);
    BAD_OPTION("an unknown metric", BP_EINVAL, o.metric_codes = &unknown);
    BAD_OPTION("no connections", BP_EINVAL, o.connections = NULL);
    c.kind = BP_CONNECTION_INPUT;
    BAD_OPTION("an input", BP_EINVAL, o.connections = &c);
    c = w->connection;
    c.layer = SIZE_MAX;
    BAD_OPTION("no such layer", BP_EINVAL, o.connections = &c);
    c = w->connection;
    c.to = 3;
    BAD_OPTION("no such unit", BP_EINVAL, o.connections = &c);
    c = w->connection;
    c.from = 2;
    BAD_OPTION("no such input", BP_EINVAL, o.connections = &c);
    c = w->connection;
    c.struct_size = 0;
    BAD_OPTION("a connection's struct_size", BP_EINVAL, o.connections = &c);
}

static void test_progress(void **state)
{
    struct world *w = *state;
    bp_progress p = {.struct_size = sizeof p, .event = BP_EVENT_EPOCH};

    BAD(bp_recorder_progress, progress, "NULL", BP_EINVAL, NOTHING,
        refused(bp_recorder_progress(NULL, w->recorder) == 1));
    BAD(bp_recorder_progress, recorder, "NULL", BP_EINVAL, NOTHING,
        refused(bp_recorder_progress(&p, NULL) == 1));
    BAD(bp_recorder_progress, state, "not started", BP_EINVAL, NOTHING,
        refused(bp_recorder_progress(&p, w->recorder_fresh) == 1));
    p.struct_size -= 1;
    BAD(bp_recorder_progress, progress, "wrong struct_size", BP_EINVAL, NOTHING,
        refused(bp_recorder_progress(&p, w->recorder) == 1));
}

static void test_table(void **state)
{
    struct world *w = *state;
    const size_t columns = bp_recorder_columns(w->recorder);

    BAD(bp_recorder_samples, recorder, "NULL", BP_EINVAL, NOTHING,
        refused(bp_recorder_samples(NULL) == 0));
    BAD(bp_recorder_columns, recorder, "NULL", BP_EINVAL, NOTHING,
        refused(bp_recorder_columns(NULL) == 0));
    BAD(bp_recorder_column_name, recorder, "NULL", BP_EINVAL, NOTHING,
        refused(bp_recorder_column_name(NULL, 0) == NULL));
    BAD(bp_recorder_column_name, column, "not there", BP_EINVAL, NOTHING,
        refused(bp_recorder_column_name(w->recorder, columns) == NULL));
    BAD(bp_recorder_get_value, recorder, "NULL", BP_EINVAL, NOTHING,
        bp_recorder_get_value(NULL, 0, 0, &w->out.value));
    BAD(bp_recorder_get_value, sample, "not there", BP_EINVAL, NOTHING,
        bp_recorder_get_value(w->recorder, 2, 0, &w->out.value));
    BAD(bp_recorder_get_value, column, "not there", BP_EINVAL, NOTHING,
        bp_recorder_get_value(w->recorder, 0, columns, &w->out.value));
    BAD(bp_recorder_get_value, value, "NULL", BP_EINVAL, NOTHING,
        bp_recorder_get_value(w->recorder, 0, 0, NULL));
}

static int32_t stop(const void *bytes, size_t size, void *user)
{
    (void)bytes;
    (void)size;
    (void)user;
    return 1;
}

static void test_write(void **state)
{
    struct world *w = *state;

    BAD(bp_recorder_write, recorder, "NULL", BP_EINVAL, NOTHING,
        bp_recorder_write(NULL, BP_RECORD_CSV, ignore_bytes, NULL));
    BAD(bp_recorder_write, state, "not started", BP_ESTATE, w->recorder_fresh,
        bp_recorder_write(w->recorder_fresh, BP_RECORD_CSV, ignore_bytes, NULL));
    BAD_CODES(bp_recorder_write, format, BP_RECORD_CSV, BP_RECORD_JSON_LINES, w->recorder,
              bp_recorder_write(w->recorder, code, ignore_bytes, NULL));
    BAD(bp_recorder_write, write, "NULL", BP_EINVAL, w->recorder,
        bp_recorder_write(w->recorder, BP_RECORD_CSV, NULL, NULL));
    BAD(bp_recorder_write, write, "stops", BP_ESTOPPED, w->recorder,
        bp_recorder_write(w->recorder, BP_RECORD_CSV, stop, NULL));
    ANY(bp_recorder_write, user, "not looked at");
}

static void test_draw(void **state)
{
    struct world *w = *state;
    bp_picture_options *o = &w->out.picture_options;
    bp_recorder *r = w->recorder;

    ok(bp_picture_options_init(o));
    BAD(bp_recorder_draw, recorder, "NULL", BP_EINVAL, NOTHING,
        bp_recorder_draw(NULL, BP_PICTURE_CURVES, NULL, ignore_bytes, NULL));
    BAD(bp_recorder_draw, state, "no samples", BP_ESTATE, w->recorder_fresh,
        bp_recorder_draw(w->recorder_fresh, BP_PICTURE_CURVES, NULL, ignore_bytes, NULL));
    BAD_CODES(bp_recorder_draw, picture, BP_PICTURE_HISTOGRAMS, BP_PICTURE_NORMS, r,
              bp_recorder_draw(r, code, NULL, ignore_bytes, NULL));
    BAD(bp_recorder_draw, write, "NULL", BP_EINVAL, r,
        bp_recorder_draw(r, BP_PICTURE_CURVES, NULL, NULL, NULL));
    BAD(bp_recorder_draw, write, "stops", BP_ESTOPPED, r,
        bp_recorder_draw(r, BP_PICTURE_CURVES, NULL, stop, NULL));
    ANY(bp_recorder_draw, user, "not looked at");
    BAD(bp_metrics_draw, metrics, "NULL", BP_EINVAL, NOTHING,
        bp_metrics_draw(NULL, NULL, ignore_bytes, NULL));
    BAD(bp_metrics_draw, write, "NULL", BP_EINVAL, w->metrics,
        bp_metrics_draw(w->metrics, NULL, NULL, NULL));
    BAD(bp_metrics_draw, write, "stops", BP_ESTOPPED, w->metrics,
        bp_metrics_draw(w->metrics, NULL, stop, NULL));
    ANY(bp_metrics_draw, user, "not looked at");
    o->units = 2;
    BAD(bp_recorder_draw, options, "2 units", BP_EINVAL, r,
        bp_recorder_draw(r, BP_PICTURE_CURVES, o, ignore_bytes, NULL));
    BAD(bp_metrics_draw, options, "2 units", BP_EINVAL, w->metrics,
        bp_metrics_draw(w->metrics, o, ignore_bytes, NULL));
}

static void test_lines(void **state)
{
    struct world *w = *state;
    static const double values[] = {1, 2};
    bp_picture_options *o = &w->out.picture_options;
    bp_line lines[9];

    ok(bp_picture_options_init(o));
    for (size_t i = 0; i < 9; i++)
        lines[i] = (bp_line){sizeof(bp_line), 0, "a", "b", values, values, 2};
    BAD(bp_lines_draw, lines, "NULL", BP_EINVAL, NOTHING,
        bp_lines_draw(NULL, 1, "x", NULL, ignore_bytes, NULL));
    BAD(bp_lines_draw, count, "0", BP_EINVAL, NOTHING,
        bp_lines_draw(lines, 0, "x", NULL, ignore_bytes, NULL));
    BAD(bp_lines_draw, count, "9 in a frame", BP_EINVAL, NOTHING,
        bp_lines_draw(lines, 9, "x", NULL, ignore_bytes, NULL));
    BAD(bp_lines_draw, x_name, "NULL", BP_EINVAL, NOTHING,
        bp_lines_draw(lines, 1, NULL, NULL, ignore_bytes, NULL));
    BAD(bp_lines_draw, write, "NULL", BP_EINVAL, NOTHING,
        bp_lines_draw(lines, 1, "x", NULL, NULL, NULL));
    BAD(bp_lines_draw, write, "stops", BP_ESTOPPED, NOTHING,
        bp_lines_draw(lines, 1, "x", NULL, stop, NULL));
    ANY(bp_lines_draw, user, "not looked at");
    o->units = 2;
    BAD(bp_lines_draw, options, "2 units", BP_EINVAL, NOTHING,
        bp_lines_draw(lines, 1, "x", o, ignore_bytes, NULL));
    lines[1].y = NULL;
    BAD(bp_lines_draw, lines, "y NULL", BP_EINVAL, NOTHING,
        bp_lines_draw(lines, 2, "x", NULL, ignore_bytes, NULL));
    lines[0].struct_size = 1;
    BAD(bp_lines_draw, lines, "struct_size 1", BP_EINVAL, NOTHING,
        bp_lines_draw(lines, 1, "x", NULL, ignore_bytes, NULL));
}

BAD_GROUP(test_create, test_start, test_progress, test_table, test_write, test_draw,
          test_lines)
