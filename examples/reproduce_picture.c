/* SPDX-License-Identifier: MIT */
/*
 * The curves of all rows in one picture: a panel a row, a line a seed. Errors are drawn
 * by their logarithm, since a row goes from ten percent to one.
 */
#include "common/check.h"
#include "reproduce.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    COLUMNS = 2,
    PANEL_WIDTH = 250,
    PANEL_HEIGHT = 170,
    LEFT = 38, /* of the axes in their panel */
    RIGHT = 10,
    TOP = 34,
    BOTTOM = 32,
    SEEDS_DRAWN = 10,
    EPOCHS_MOST = 2000
};

struct curve {
    size_t epochs;
    double error[EPOCHS_MOST]; /* percent, by epoch */
};

struct panel {
    const struct row *row;
    struct curve curves[SEEDS_DRAWN];
    size_t count;
    size_t epochs;    /* of the longest */
    double low, high; /* of the axis of errors, percent */
    double x, y;      /* where it is */
};

static const char style[] =
    ".page{fill:#fff}text{font:11px sans-serif;fill:#1f2328}.name{font-weight:600}"
    ".grid{stroke:#d1d9e0}.axis{stroke:#59636e}"
    ".seed{fill:none;stroke:#0969da;stroke-width:1.3;stroke-opacity:.75}"
    ".told{stroke:#bc4c00;stroke-width:1.6;stroke-dasharray:5 3}"
    "@media(prefers-color-scheme:dark){.page{fill:#0d1117}text{fill:#e6edf3}"
    ".grid{stroke:#30363d}.axis{stroke:#9198a1}.seed{stroke:#58a6ff}"
    ".told{stroke:#f0883e}}";

/* ---- What was kept of a training ---- */

/* @return 0 if there is no such file or nothing in it. */
static int read_curve(const struct row *row, const char *folder, int seed,
                      struct curve *curve)
{
    char path[4096], line[256];
    double test, validation;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s-%d.csv", folder, row->name, seed);
    file = fopen(path, "r");
    if (file == NULL)
        return 0;
    curve->epochs = 0;
    while (curve->epochs < EPOCHS_MOST && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "%*d,%*f,%lf,%lf", &test, &validation) == 2)
            curve->error[curve->epochs++] =
                100 - (row->choice == CHOOSE_VALIDATION ? validation : test);
    fclose(file);
    return curve->epochs > 0;
}

static void widen(struct panel *panel, double error)
{
    panel->low = fmin(panel->low, fmax(error, 0.05));
    panel->high = fmax(panel->high, error);
}

/* @return 0 if the row has no curve. */
static int read_panel(struct panel *panel, const struct row *row, const char *folder)
{
    memset(panel, 0, sizeof *panel);
    panel->row = row;
    panel->low = 100;
    for (int seed = 1; seed <= SEEDS_DRAWN; seed++) {
        struct curve *curve = &panel->curves[panel->count];
        if (!read_curve(row, folder, seed, curve))
            continue;
        for (size_t i = 0; i < curve->epochs; i++)
            widen(panel, curve->error[i]);
        if (curve->epochs > panel->epochs)
            panel->epochs = curve->epochs;
        panel->count++;
    }
    if (row->figure > 0)
        widen(panel, 100 - row->figure);
    panel->low /= 1.1;
    panel->high *= 1.1;
    return panel->count > 0;
}

/* ---- A panel ---- */

static double across(const struct panel *panel, double epoch)
{
    const double most = panel->epochs > 1 ? (double)panel->epochs - 1 : 1;

    return panel->x + LEFT + (epoch - 1) / most * (PANEL_WIDTH - LEFT - RIGHT);
}

static double down(const struct panel *panel, double error)
{
    const double part =
        log(fmax(error, panel->low) / panel->low) / log(panel->high / panel->low);

    return panel->y + PANEL_HEIGHT - BOTTOM - part * (PANEL_HEIGHT - TOP - BOTTOM);
}

static void draw_level(FILE *out, const struct panel *panel, double error)
{
    const double y = down(panel, error);

    fprintf(out,
            "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n",
            across(panel, 1), panel->x + PANEL_WIDTH - RIGHT, y, y, panel->x + LEFT - 5,
            y + 4, error);
}

static void draw_levels(FILE *out, const struct panel *panel)
{
    static const double marks[] = {0.1, 0.2, 0.3, 0.5, 0.7, 1,  1.5, 2, 3,
                                   4,   5,   7,   10,  15,  20, 30,  50};

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (marks[i] >= panel->low && marks[i] <= panel->high)
            draw_level(out, panel, marks[i]);
}

static void draw_epochs(FILE *out, const struct panel *panel)
{
    const double y = panel->y + PANEL_HEIGHT - BOTTOM;

    fprintf(out,
            "<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
            "<text x=\"%.1f\" y=\"%.1f\">1</text>"
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">epoch %zu</text>\n",
            across(panel, 1), panel->x + PANEL_WIDTH - RIGHT, y, y, across(panel, 1),
            y + 15, panel->x + PANEL_WIDTH - RIGHT, y + 15, panel->epochs);
}

static void draw_curve(FILE *out, const struct panel *panel, const struct curve *curve)
{
    fputs("<polyline class=\"seed\" points=\"", out);
    for (size_t i = 0; i < curve->epochs; i++)
        fprintf(out, "%.1f,%.1f ", across(panel, (double)(i + 1)),
                down(panel, curve->error[i]));
    fputs("\"/>\n", out);
}

static void draw_panel(FILE *out, const struct panel *panel)
{
    const double told = down(panel, 100 - panel->row->figure);

    fprintf(out, "<text class=\"name\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
            panel->x + LEFT, panel->y + 16, panel->row->name);
    draw_levels(out, panel);
    draw_epochs(out, panel);
    for (size_t i = 0; i < panel->count; i++)
        draw_curve(out, panel, &panel->curves[i]);
    if (panel->row->figure > 0)
        fprintf(
            out,
            "<line class=\"told\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
            across(panel, 1), panel->x + PANEL_WIDTH - RIGHT, told, told);
}

/* ---- The picture ---- */

static size_t count_panels(const char *folder)
{
    static struct panel panel;
    size_t count = 0;

    for (size_t i = 0; i < row_count; i++)
        count += read_panel(&panel, &rows[i], folder) != 0;
    return count;
}

static void draw_head(FILE *out, size_t panels)
{
    const size_t height = (panels + COLUMNS - 1) / COLUMNS * PANEL_HEIGHT + 26;

    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %zu\" "
            "role=\"img\" aria-label=\"Errors of the repeated results, by epoch\">\n"
            "<style>%s</style>\n<rect class=\"page\" width=\"%d\" height=\"%zu\"/>\n"
            "<text x=\"8\" y=\"17\">Error in percent; a line a seed; dashed: published"
            "</text>\n",
            COLUMNS * PANEL_WIDTH, height, style, COLUMNS * PANEL_WIDTH, height);
}

void draw_curves(const char *path, const char *folder)
{
    static struct panel panel;
    size_t place = 0;
    FILE *out = fopen(path, "w");

    if (out == NULL)
        fail("%s cannot be written", path);
    draw_head(out, count_panels(folder));
    for (size_t i = 0; i < row_count; i++) {
        if (!read_panel(&panel, &rows[i], folder))
            continue;
        panel.x = (double)(place % COLUMNS * PANEL_WIDTH);
        panel.y = (double)(place / COLUMNS * PANEL_HEIGHT + 26);
        draw_panel(out, &panel);
        place++;
    }
    fputs("</svg>\n", out);
    if (fclose(out) != 0)
        fail("%s cannot be written", path);
}
