/* SPDX-License-Identifier: MIT */
/*
 * What a picture is made of: a network in double, the numbers of an example if there is a
 * trace, and where units lie. A network has one column for its inputs and one for each
 * layer; of a wide column the first and the last units are shown, the one of the
 * connection, and in between the number of the others.
 */
#ifndef BP_DRAW_SCENE_H
#define BP_DRAW_SCENE_H

#include "draw/page.h"
#include "explain/trace.h"
#include "region.h"

struct bp_scene {
    struct bp_page *page;
    const struct bp_network *network; /**< In double. */
    struct bp_trace *trace;           /**< Or NULL. */
    size_t row;
    const bp_connection *connection; /**< Or NULL. */
    const bp_picture_options *options;
    double left; /**< Room for the names of inputs. */
    double width, height;
};

/** A column as it is drawn. */
struct bp_column {
    size_t index; /**< 0: inputs; layer + 1. */
    size_t units;
    size_t slots; /**< Places taken. */
    size_t head;  /**< Places before the gap; all if there is none. */
    size_t kept;  /**< The unit in the last of these, if it is not one of the first. */
    double x, top;
};

enum { BP_STEP = 46, BP_RADIUS = 19, BP_TOP = 92 };

size_t bp_scene_columns(const struct bp_scene *scene);
struct bp_column bp_scene_column(const struct bp_scene *scene, size_t index);

/** Places of the fullest column. */
size_t bp_scene_slots(const struct bp_scene *scene);

/** Set left, width and height for a picture of columns with @p below under it. */
void bp_scene_measure(struct bp_scene *scene, double below);

/** The unit in a place; SIZE_MAX: the gap. */
size_t bp_column_unit(const struct bp_column *column, size_t slot);

/** Units that are not shown. */
size_t bp_column_hidden(const struct bp_column *column);

double bp_column_y(const struct bp_column *column, size_t slot);

/** a of a unit in a row of the trace's numbers, or what a nudge made of it. */
double bp_scene_value(const struct bp_scene *scene, size_t column, size_t unit,
                      size_t row);

/** dC/da of a unit of a column. */
double bp_scene_gradient(const struct bp_scene *scene, size_t column, size_t unit);

/** The factor between two units of neighbouring columns: a weight, or 1 between the same
 *  units where there are none, or 0 through a layer of the caller's own, as it is not
 *  known; *there is false if nothing joins them. */
double bp_scene_link(const struct bp_scene *scene, size_t layer, size_t to, size_t from,
                     bool *there);

/** Name of what a layer does. */
const char *bp_scene_activation(const struct bp_scene *scene, size_t layer);

/* ---- the frame ---- */

/** The head of an image: size, style, title, description, ground. */
void bp_svg_open(const struct bp_scene *scene, const char *title, const char *text);
void bp_svg_close(const struct bp_scene *scene);

/** "p" for what is positive, "n" for what is negative. */
const char *bp_svg_sign(double value);

/* ---- the pictures; each writes all of it ---- */

void bp_draw_network(struct bp_scene *scene);
void bp_draw_chain(struct bp_scene *scene, const bp_chain *chain);
void bp_draw_paths(struct bp_scene *scene, const bp_path_summary *summary);
void bp_draw_nudge(struct bp_scene *scene, const bp_nudge *nudge);
void bp_draw_dot(struct bp_scene *scene);
void bp_draw_json(struct bp_scene *scene);
void bp_draw_influence(struct bp_scene *scene);
void bp_draw_weights(struct bp_scene *scene);
void bp_draw_histograms(struct bp_scene *scene);
void bp_draw_regions(struct bp_scene *scene, const struct bp_region *region,
                     const uint8_t *cells, const bp_dataset *data);

/* ---- what the calls share ---- */

/** A picture in a set of them. */
#define BP_PICTURE_BIT(picture) (1u << (picture))

/** What options are held against. */
struct bp_draw_shape {
    size_t inputs, outputs; /**< SIZE_MAX: names of these are not looked at. */
};

bp_status bp_draw_check_options(const struct bp_draw_shape *shape,
                                const bp_picture_options *options, struct bp_text *text);

/** That the picture is one of those that @p object has. */
bp_status bp_draw_check_picture(int32_t picture, uint32_t pictures, const char *object,
                                struct bp_text *text);

bp_status bp_draw_end(struct bp_page *page, struct bp_text *text);

/* ---- shared by two of them ---- */

/** Links, units and heads of all columns. @p moved: show changes of a nudge. */
void bp_draw_columns(const struct bp_scene *scene, bool moved);

/** The largest size of a weight of a layer; at least a little. */
double bp_draw_largest(const struct bp_scene *scene, size_t layer);

#endif
