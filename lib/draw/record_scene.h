/* SPDX-License-Identifier: MIT */
/* Pictures of a recorder's samples, and of metrics. */
#ifndef BP_DRAW_RECORD_SCENE_H
#define BP_DRAW_RECORD_SCENE_H

#include "draw/scene.h"

#include "metrics.h"
#include "recorder.h"

struct bp_record_scene {
    struct bp_scene scene; /**< Without a trace. */
    const struct bp_recorder *recorder;
};

/** Where a sample lies in time, by epochs or by steps, and what that is called. */
double bp_record_x(const struct bp_record_scene *record, size_t sample);
const char *bp_record_x_name(const struct bp_record_scene *record);

/* ---- the pictures ---- */

void bp_draw_curves(struct bp_record_scene *record);
void bp_draw_norms(struct bp_record_scene *record);
void bp_draw_recorded_histograms(struct bp_record_scene *record);
void bp_draw_recorded_regions(struct bp_record_scene *record);
void bp_draw_confusion(struct bp_scene *scene, const struct bp_metrics *metrics);

#endif
