/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include "check.h"
#include "terminal.h"

#include <stdio.h>

enum { BAR = 16, ROWS_AT_ONCE = 256 };

/* A live line is written anew so many times a second at most. */
static const double frames_per_second = 20.0;

/* "482 rows/s", "48.2k rows/s" or "4.82M rows/s". */
static void print_rate(double rate)
{
    if (rate >= 1e6)
        printf("  %.2fM rows/s", rate / 1e6);
    else if (rate >= 1e4)
        printf("  %.1fk rows/s", rate / 1e3);
    else
        printf("  %.0f rows/s", rate);
}

/* "4 s left", "2:05 left" or "1:02:05 left". */
static void print_time_left(double seconds)
{
    const unsigned long left = (unsigned long)(seconds + 0.5);

    if (left < 60)
        printf("  %lu s left", left);
    else if (left < 3600)
        printf("  %lu:%02lu left", left / 60, left % 60);
    else
        printf("  %lu:%02lu:%02lu left", left / 3600, left / 60 % 60, left % 60);
}

/* How far the whole fit is, from 0 to 1. */
static double done(const bp_progress *now)
{
    const double epochs =
        (double)(now->epoch - 1) + (double)now->rows_done / (double)now->rows;

    return epochs / (double)now->epochs;
}

static void print_bar(const struct progress *progress, double part)
{
    const int full = (int)(part * BAR);

    fputs(progress->colour ? " \033[32m" : " ", stdout);
    for (int i = 0; i < BAR; i++)
        putchar(i < full ? '#' : '.');
    fputs(progress->colour ? "\033[0m" : "", stdout);
}

static void print_figures(const struct progress *progress, const bp_progress *now)
{
    printf("  cost %.5f", now->cost);
    if (progress->data != NULL && now->epoch + (now->event == BP_EVENT_EPOCH) > 1)
        printf("  accuracy %6.2f %%", 100.0 * progress->accuracy);
    print_rate(now->rows_per_second);
    print_time_left(now->seconds_left);
}

/* "\r" goes to the line's begin, "[K" clears it. Wrapping is off ("[?7l") meanwhile: on a
 * narrow window the line is cut instead of running over. */
static void show_live(struct progress *progress, const bp_progress *now)
{
    printf("\r\033[K\033[?7l%4llu/%llu", (unsigned long long)now->epoch,
           (unsigned long long)now->epochs);
    print_bar(progress, done(now));
    print_figures(progress, now);
    fputs("\033[?7h", stdout);
    fflush(stdout);
    progress->open = 1;
    progress->shown = now->seconds;
}

static void show_plain(const struct progress *progress, const bp_progress *now)
{
    printf("epoch %4llu/%llu", (unsigned long long)now->epoch,
           (unsigned long long)now->epochs);
    print_figures(progress, now);
    putchar('\n');
    fflush(stdout);
}

/* The live line gives way to one that stays. */
static void clear_live(struct progress *progress)
{
    if (progress->open)
        fputs("\r\033[K", stdout);
    progress->open = 0;
}

static void measure_accuracy(struct progress *progress)
{
    bp_evaluation result = {.struct_size = sizeof result};

    CHECK(progress->workspace,
          bp_network_evaluate(progress->network, progress->workspace, progress->cost,
                              progress->data, &result));
    progress->accuracy = result.accuracy;
}

/* The first epoch, the last, and nine between them; or all. */
static int deserves_line(const struct progress *progress, const bp_progress *now)
{
    const uint64_t every = (now->epochs + 9) / 10;

    return progress->every_epoch || now->epoch == 1 || now->epoch == now->epochs ||
           now->epoch % every == 0;
}

/* A live line is due: the last was some time ago. */
static int is_due(const struct progress *progress, const bp_progress *now)
{
    return now->seconds - progress->shown > 1.0 / frames_per_second;
}

static void finish_epoch(struct progress *progress, const bp_progress *now)
{
    if (progress->data != NULL)
        measure_accuracy(progress);
    progress->seconds = now->seconds;
    if (deserves_line(progress, now)) {
        clear_live(progress);
        show_plain(progress, now);
    }
}

void progress_begin(struct progress *progress)
{
    progress->live = terminal_is_live();
    progress->colour = terminal_has_colour();
    progress->open = 0;
    progress->shown = 0.0;
    progress->seconds = 0.0;
    if (progress->data != NULL)
        CHECK_STATUS(
            bp_workspace_create(progress->network, ROWS_AT_ONCE, &progress->workspace));
}

int32_t progress_show(const bp_progress *now, void *user)
{
    struct progress *progress = user;

    if (now->event == BP_EVENT_EPOCH)
        finish_epoch(progress, now);
    else if (progress->live && is_due(progress, now))
        show_live(progress, now);
    return 0;
}

void progress_end(struct progress *progress)
{
    clear_live(progress);
    bp_workspace_destroy(progress->workspace);
    progress->workspace = NULL;
}
