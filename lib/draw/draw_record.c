/* SPDX-License-Identifier: MIT */
/* The calls of a recorder and of metrics: what is asked for is checked. */
#include "draw/record_scene.h"

static bp_status check_content(struct bp_recorder *recorder, int32_t picture)
{
    const struct bp_recording *recording = &recorder->recording;

    if (recorder->busy)
        return bp_fail(&recorder->text, BP_EBUSY, "the recorder is at work");
    if (recording->count == 0)
        return bp_fail(&recorder->text, BP_ESTATE, "the recorder has no samples");
    if (picture == BP_PICTURE_HISTOGRAMS && recording->rows == 0)
        return bp_fail(&recorder->text, BP_ESTATE,
                       "the recorder has no activations, expected a probe");
    if (picture == BP_PICTURE_REGIONS && recording->options.regions == 0)
        return bp_fail(&recorder->text, BP_ESTATE,
                       "the recorder has no regions, expected the option");
    return BP_OK;
}

static bp_status check_recorder(struct bp_recorder *recorder, int32_t picture,
                                const bp_picture_options *options, bp_write_fn write)
{
    const struct bp_network *network = recorder->trainer->network;
    const struct bp_draw_shape shape = {network->inputs, bp_network_width(network)};
    bp_status status = bp_draw_check_picture(
        picture,
        BP_PICTURE_BIT(BP_PICTURE_CURVES) | BP_PICTURE_BIT(BP_PICTURE_NORMS) |
            BP_PICTURE_BIT(BP_PICTURE_HISTOGRAMS) | BP_PICTURE_BIT(BP_PICTURE_REGIONS),
        "a recorder", &recorder->text);

    if (status == BP_OK && write == NULL)
        status = bp_fail_null(&recorder->text, "write");
    if (status == BP_OK)
        status = bp_draw_check_options(&shape, options, &recorder->text);
    return status == BP_OK ? check_content(recorder, picture) : status;
}

static void draw(struct bp_record_scene *record, int32_t picture)
{
    switch (picture) {
    case BP_PICTURE_CURVES: bp_draw_curves(record); break;
    case BP_PICTURE_NORMS: bp_draw_norms(record); break;
    case BP_PICTURE_REGIONS: bp_draw_recorded_regions(record); break;
    default: bp_draw_recorded_histograms(record);
    }
}

bp_status bp_recorder_draw(bp_recorder *recorder, int32_t picture,
                           const bp_picture_options *options, bp_write_fn write,
                           void *user)
{
    struct bp_page page;
    bp_picture_options defaults;
    struct bp_record_scene record = {.scene.page = &page, .recorder = recorder};
    bp_status status;

    if (recorder == NULL)
        return BP_EINVAL;
    (void)bp_picture_options_init(&defaults);
    record.scene.options = options != NULL ? options : &defaults;
    status = check_recorder(recorder, picture, record.scene.options, write);
    if (status != BP_OK)
        return status;
    record.scene.network = recorder->trainer->network;
    recorder->busy = true;
    bp_page_begin(&page, write, user);
    draw(&record, picture);
    status = bp_draw_end(&page, &recorder->text);
    recorder->busy = false;
    return status;
}

bp_status bp_metrics_draw(bp_metrics *metrics, const bp_picture_options *options,
                          bp_write_fn write, void *user)
{
    struct bp_page page;
    bp_picture_options defaults;
    struct bp_scene scene = {.page = &page};
    struct bp_draw_shape shape = {.inputs = SIZE_MAX};
    bp_status status;

    if (metrics == NULL)
        return BP_EINVAL;
    if (write == NULL)
        return bp_fail_null(&metrics->text, "write");
    (void)bp_picture_options_init(&defaults);
    scene.options = options != NULL ? options : &defaults;
    shape.outputs = metrics->classes;
    status = bp_draw_check_options(&shape, scene.options, &metrics->text);
    if (status != BP_OK)
        return status;
    bp_page_begin(&page, write, user);
    bp_draw_confusion(&scene, metrics);
    return bp_draw_end(&page, &metrics->text);
}
