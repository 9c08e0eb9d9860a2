/* SPDX-License-Identifier: MIT */
/* The calls: what is asked for is checked, and the picture chosen. */
#include "draw/scene.h"

enum { LEAST_UNITS = 3, MOST_UNITS = 64, MOST_PATHS = 64, UNITS = 9, PATHS = 8 };

#define CHANGE 0.1

bp_status bp_picture_options_init(bp_picture_options *options)
{
    if (options == NULL)
        return BP_EINVAL;
    *options = (bp_picture_options){
        .struct_size = sizeof *options, .units = UNITS, .paths = PATHS, .change = CHANGE};
    return BP_OK;
}

/** The names of a side. */
struct names {
    const char *argument;
    const char *const *names;
    size_t count, expected;
};

static bp_status check_names(const struct names *names, struct bp_text *text)
{
    size_t i;

    if (names->names == NULL)
        return BP_OK;
    if (names->count != names->expected)
        return bp_fail(text, BP_ESHAPE, "options: %s_count is %zu, expected %zu",
                       names->argument, names->count, names->expected);
    for (i = 0; i < names->count; i++)
        if (names->names[i] == NULL)
            return bp_fail(text, BP_EINVAL, "options: %s[%zu] is NULL", names->argument,
                           i);
    return BP_OK;
}

static bp_status check_range(const char *field, size_t value, size_t low, size_t high,
                             struct bp_text *text)
{
    if (value >= low && value <= high)
        return BP_OK;
    return bp_fail(text, BP_EINVAL, "options: %s is %zu, expected %zu to %zu", field,
                   value, low, high);
}

static bp_status check_side(const struct names *names, struct bp_text *text)
{
    return names->expected != SIZE_MAX ? check_names(names, text) : BP_OK;
}

bp_status bp_draw_check_options(const struct bp_draw_shape *shape,
                                const bp_picture_options *options, struct bp_text *text)
{
    const struct names inputs = {"input_names", options->input_names,
                                 options->input_names_count, shape->inputs};
    const struct names outputs = {"output_names", options->output_names,
                                  options->output_names_count, shape->outputs};
    bp_status status;

    if (options->struct_size != sizeof *options)
        return bp_fail(text, BP_EINVAL, "options.struct_size is %u, expected its sizeof",
                       (unsigned)options->struct_size);
    status = check_range("units", options->units, LEAST_UNITS, MOST_UNITS, text);
    if (status == BP_OK)
        status = check_range("paths", options->paths, 1, MOST_PATHS, text);
    if (status == BP_OK && options->change - options->change != 0)
        status = bp_fail(text, BP_EINVAL, "options: change is %s, expected finite",
                         bp_number(options->change).text);
    if (status == BP_OK)
        status = check_side(&inputs, text);
    return status == BP_OK ? check_side(&outputs, text) : status;
}

bp_status bp_draw_check_picture(int32_t picture, uint32_t pictures, const char *object,
                                struct bp_text *text)
{
    if (picture >= BP_PICTURE_NETWORK && picture <= BP_PICTURE_NORMS &&
        (pictures & BP_PICTURE_BIT(picture)) != 0)
        return BP_OK;
    return bp_fail(text, BP_EINVAL,
                   "picture is %d, expected a BP_PICTURE_ value that %s has",
                   (int)picture, object);
}

bp_status bp_draw_end(struct bp_page *page, struct bp_text *text)
{
    if (bp_page_end(page) == 0)
        return BP_OK;
    return bp_fail(text, BP_ESTOPPED, "write stopped the picture");
}

/* What one picture needs beside the others. */
static bp_status check_special(const struct bp_network *network, int32_t picture,
                               const bp_picture_options *options, struct bp_text *text)
{
    if (picture == BP_PICTURE_WEIGHTS) {
        if (options->layer >= network->count)
            return bp_fail(text, BP_EINVAL, "options: layer is %zu, expected below %zu",
                           options->layer, network->count);
        if (network->nodes[options->layer].spec.kind != BP_LAYER_KIND_DENSE)
            return bp_fail(text, BP_EUNSUPPORTED,
                           "options: layer %zu is not dense, so it has no such weights",
                           options->layer);
    }
    if (picture != BP_PICTURE_REGIONS)
        return BP_OK;
    if (network->inputs != 2)
        return bp_fail(text, BP_EUNSUPPORTED,
                       "picture: the network has %zu inputs, expected 2",
                       network->inputs);
    if (options->data == NULL || bp_dataset_rows(options->data) == 0 ||
        bp_dataset_inputs(options->data) != 2)
        return bp_fail(text, BP_EINVAL,
                       "options: data are not there, expected rows of 2 inputs");
    return BP_OK;
}

/* ---- a network ---- */

enum {
    OF_NETWORK = BP_PICTURE_BIT(BP_PICTURE_NETWORK) | BP_PICTURE_BIT(BP_PICTURE_DOT) |
                 BP_PICTURE_BIT(BP_PICTURE_JSON) | BP_PICTURE_BIT(BP_PICTURE_WEIGHTS),
    /* Of a trace, without a connection. */
    OF_ROWS = OF_NETWORK | BP_PICTURE_BIT(BP_PICTURE_INFLUENCE) |
              BP_PICTURE_BIT(BP_PICTURE_HISTOGRAMS),
    OF_TRACE = OF_ROWS | BP_PICTURE_BIT(BP_PICTURE_CHAIN) |
               BP_PICTURE_BIT(BP_PICTURE_PATHS) | BP_PICTURE_BIT(BP_PICTURE_NUDGE)
};

static void draw_plain(struct bp_scene *scene, int32_t picture)
{
    switch (picture) {
    case BP_PICTURE_NETWORK: bp_draw_network(scene); break;
    case BP_PICTURE_DOT: bp_draw_dot(scene); break;
    case BP_PICTURE_JSON: bp_draw_json(scene); break;
    case BP_PICTURE_WEIGHTS: bp_draw_weights(scene); break;
    case BP_PICTURE_INFLUENCE: bp_draw_influence(scene); break;
    default: bp_draw_histograms(scene);
    }
}

static bp_status draw_regions(struct bp_scene *scene, bp_network *network)
{
    const bp_dataset *data = scene->options->data;
    struct bp_workspace *workspace = NULL;
    uint8_t cells[BP_REGION_CELLS];
    struct bp_region region;
    bp_status status = bp_workspace_create(network, BP_REGION_SIDE, &workspace);

    if (status != BP_OK)
        return bp_fail(&network->text, status, "no memory for a workspace");
    region = bp_region_around(data);
    status = bp_region_fill(workspace, &region, cells);
    if (status != BP_OK)
        (void)bp_fail(&network->text, status, "%.200s", workspace->text.line);
    bp_workspace_destroy(workspace);
    if (status == BP_OK)
        bp_draw_regions(scene, &region, cells, data);
    return status;
}

static bp_status draw_copy(struct bp_scene *scene, bp_network *network, int32_t picture)
{
    bp_network *copy = NULL;
    const bp_status status = bp_network_convert(network, BP_PRECISION_F64, &copy);

    if (status != BP_OK)
        return bp_fail(&network->text, status, "no memory for a copy of the network");
    scene->network = copy;
    draw_plain(scene, picture);
    bp_network_destroy(copy);
    return BP_OK;
}

static bp_status check_network(bp_network *network, int32_t picture,
                               const bp_picture_options *options, bp_write_fn write)
{
    const struct bp_draw_shape shape = {network->inputs, bp_network_width(network)};
    bp_status status =
        bp_draw_check_picture(picture, OF_NETWORK | BP_PICTURE_BIT(BP_PICTURE_REGIONS),
                              "a network", &network->text);

    if (status == BP_OK && write == NULL)
        status = bp_fail_null(&network->text, "write");
    if (status == BP_OK && !network->built)
        status = bp_fail(&network->text, BP_ESTATE, "the network is not built");
    if (status == BP_OK)
        status = bp_draw_check_options(&shape, options, &network->text);
    return status == BP_OK ? check_special(network, picture, options, &network->text)
                           : status;
}

bp_status bp_network_draw(bp_network *network, int32_t picture,
                          const bp_picture_options *options, bp_write_fn write,
                          void *user)
{
    struct bp_page page;
    bp_picture_options defaults;
    struct bp_scene scene = {.page = &page};
    bp_status status;

    if (network == NULL)
        return BP_EINVAL;
    (void)bp_picture_options_init(&defaults);
    scene.options = options != NULL ? options : &defaults;
    status = check_network(network, picture, scene.options, write);
    if (status != BP_OK)
        return status;
    bp_page_begin(&page, write, user);
    status = picture == BP_PICTURE_REGIONS ? draw_regions(&scene, network)
                                           : draw_copy(&scene, network, picture);
    return status == BP_OK ? bp_draw_end(&page, &network->text) : status;
}

/* ---- a trace ---- */

/* What a picture needs is asked for first; while it is drawn the trace is busy, so that
 * `write` cannot change what is read. */

static bp_status draw_paths(struct bp_scene *scene)
{
    bp_path_summary summary = {.struct_size = sizeof summary};
    const bp_status status = bp_trace_find_paths(scene->trace, scene->connection,
                                                 scene->options->paths, &summary);

    scene->trace->busy = true;
    if (status == BP_OK)
        bp_draw_paths(scene, &summary);
    return status;
}

static bp_status draw_nudge(struct bp_scene *scene)
{
    bp_nudge nudge = {.struct_size = sizeof nudge};
    const bp_status status =
        bp_trace_nudge(scene->trace, scene->connection, scene->options->change, &nudge);

    scene->trace->busy = true;
    if (status == BP_OK)
        bp_draw_nudge(scene, &nudge);
    return status;
}

static bp_status draw_chain(struct bp_scene *scene)
{
    bp_chain chain = {.struct_size = sizeof chain};
    bp_status status;

    if (scene->connection->kind == BP_CONNECTION_INPUT)
        return bp_fail(&scene->trace->text, BP_EUNSUPPORTED,
                       "connection: an input has no chain, expected a weight or a bias");
    status = bp_trace_get_chain(scene->trace, scene->connection, &chain);
    scene->trace->busy = true;
    if (status == BP_OK)
        bp_draw_chain(scene, &chain);
    return status;
}

static bp_status draw(struct bp_scene *scene, int32_t picture)
{
    switch (picture) {
    case BP_PICTURE_CHAIN: return draw_chain(scene);
    case BP_PICTURE_PATHS: return draw_paths(scene);
    case BP_PICTURE_NUDGE: return draw_nudge(scene);
    default:
        scene->trace->busy = true;
        draw_plain(scene, picture);
        return BP_OK;
    }
}

static bp_status check_trace(struct bp_trace *trace, int32_t picture,
                             const struct bp_scene *scene, bp_write_fn write)
{
    bp_status status = bp_draw_check_picture(picture, OF_TRACE, "a trace", &trace->text);

    if (status == BP_OK && write == NULL)
        status = bp_fail_null(&trace->text, "write");
    if (status == BP_OK)
        status = bp_trace_check(trace);
    if (status == BP_OK &&
        (scene->connection != NULL || (OF_ROWS & BP_PICTURE_BIT(picture)) == 0))
        status = bp_trace_check_connection(trace, scene->connection);
    if (status == BP_OK && picture == BP_PICTURE_INFLUENCE && trace->ranking.list == NULL)
        status = bp_fail(&trace->text, BP_ESTATE,
                         "the trace has no ranking, expected bp_trace_find_influences() "
                         "before");
    return status;
}

static bp_status check_trace_options(struct bp_trace *trace, int32_t picture,
                                     const bp_picture_options *options)
{
    const struct bp_network *network = trace->record.network;
    const struct bp_draw_shape shape = {network->inputs, bp_network_width(network)};
    const bp_status status = bp_draw_check_options(&shape, options, &trace->text);

    return status == BP_OK ? check_special(network, picture, options, &trace->text)
                           : status;
}

bp_status bp_trace_draw(bp_trace *trace, int32_t picture, const bp_connection *connection,
                        const bp_picture_options *options, bp_write_fn write, void *user)
{
    struct bp_page page;
    bp_picture_options defaults;
    struct bp_scene scene = {.page = &page, .trace = trace, .connection = connection};
    bp_status status;

    if (trace == NULL)
        return BP_EINVAL;
    (void)bp_picture_options_init(&defaults);
    scene.options = options != NULL ? options : &defaults;
    status = check_trace(trace, picture, &scene, write);
    if (status == BP_OK)
        status = check_trace_options(trace, picture, scene.options);
    if (status != BP_OK)
        return status;
    scene.network = trace->record.network;
    scene.row = connection != NULL ? connection->row : 0;
    bp_page_begin(&page, write, user);
    status = draw(&scene, picture);
    if (status == BP_OK)
        status = bp_draw_end(&page, &trace->text);
    trace->busy = false;
    return status;
}
