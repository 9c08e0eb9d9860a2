/* SPDX-License-Identifier: MIT */
#include "history.h"

#include <string.h>

bp_status bp_history_create(const bp_env *env, bp_history **history)
{
    void *object = NULL;
    bp_status status;

    if (history == NULL)
        return BP_EINVAL;
    status = bp_object_create(env, sizeof **history, &object);
    if (status == BP_OK)
        *history = object;
    return status;
}

void bp_history_destroy(bp_history *history)
{
    if (history == NULL)
        return;
    bp_host_release(&history->host, history->rows,
                    history->capacity * sizeof *history->rows);
    bp_object_release(history, sizeof *history);
}

const char *bp_history_error(const bp_history *history)
{
    return history != NULL ? history->text.line : "";
}

size_t bp_history_epochs(const bp_history *history)
{
    return history != NULL ? history->count : 0;
}

bp_status bp_history_get(const bp_history *history, size_t index, bp_progress *progress)
{
    if (history == NULL || progress == NULL ||
        progress->struct_size != sizeof *progress || index >= history->count)
        return BP_EINVAL;
    *progress = history->rows[index];
    return BP_OK;
}

static bool wanted(const struct bp_history *history, size_t count, size_t *capacity,
                   size_t *size)
{
    size_t doubled;

    if (!bp_add(history->count, count, capacity))
        return false;
    if (bp_mul(history->capacity, 2, &doubled) && *capacity < doubled)
        *capacity = doubled;
    return bp_mul(*capacity, sizeof *history->rows, size);
}

bp_status bp_history_reserve(struct bp_history *history, size_t count)
{
    bp_progress *rows = NULL;
    size_t capacity;
    size_t size;

    if (history->capacity - history->count >= count)
        return BP_OK;
    if (wanted(history, count, &capacity, &size))
        rows = bp_host_allocate(&history->host, size);
    if (rows == NULL)
        return bp_fail(&history->text, BP_ENOMEM,
                       "no memory for %zu epochs of the history", history->count + count);
    if (history->count > 0)
        memcpy(rows, history->rows, history->count * sizeof *rows);
    bp_host_release(&history->host, history->rows,
                    history->capacity * sizeof *history->rows);
    history->rows = rows;
    history->capacity = capacity;
    return BP_OK;
}

void bp_history_add(struct bp_history *history, const bp_progress *progress)
{
    history->rows[history->count++] = *progress;
}

/* ---- CSV ---- */

enum { COLUMNS = 13, LINE_SIZE = COLUMNS * 33 + 1 };

static const char head[] =
    "epoch,step,rows,cost,step_cost,rate,seconds,rows_per_second,validation_epoch,"
    "validation_cost,monitored,best,best_epoch\n";

/* Whole numbers below 2^53, which all are, are exact in double. */
static void columns_of(const bp_progress *p, double values[COLUMNS])
{
    const double all[COLUMNS] = {(double)p->epoch,
                                 (double)p->step,
                                 (double)p->rows,
                                 p->cost,
                                 p->step_cost,
                                 p->rate,
                                 p->seconds,
                                 p->rows_per_second,
                                 (double)p->validation_epoch,
                                 p->validation_cost,
                                 p->monitored,
                                 p->best,
                                 (double)p->best_epoch};

    memcpy(values, all, sizeof all);
}

/* The last five are empty where nothing was looked at. */
static size_t line_of(const bp_progress *progress, char line[LINE_SIZE])
{
    const size_t filled = progress->validation_epoch > 0 ? COLUMNS : COLUMNS - 5;
    double values[COLUMNS];
    size_t used = 0;
    size_t col;

    columns_of(progress, values);
    for (col = 0; col < COLUMNS; col++) {
        const struct bp_number number = bp_number_digits(values[col], 17);
        const size_t length = col < filled ? strlen(number.text) : 0;

        memcpy(line + used, number.text, length);
        used += length;
        line[used++] = col + 1 < COLUMNS ? ',' : '\n';
    }
    return used;
}

/** Where the lines go. */
struct sink {
    bp_write_fn put;
    void *user;
};

static bp_status fail_stopped(struct bp_history *history)
{
    return bp_fail(&history->text, BP_ESTOPPED, "write stopped the history");
}

bp_status bp_history_write_csv(bp_history *history, bp_write_fn write, void *user)
{
    const struct sink sink = {write, user};
    char line[LINE_SIZE];
    size_t i;

    if (history == NULL)
        return BP_EINVAL;
    if (write == NULL)
        return bp_fail_null(&history->text, "write");
    if (sink.put(head, sizeof head - 1, sink.user) != 0)
        return fail_stopped(history);
    for (i = 0; i < history->count; i++)
        if (sink.put(line, line_of(&history->rows[i], line), sink.user) != 0)
            return fail_stopped(history);
    return BP_OK;
}
