/* SPDX-License-Identifier: MIT */
/* Network and trace for others to draw: a graph for Graphviz, and JSON. */
#include "draw/scene.h"

#include "activation.h"

/* ---- Graphviz ---- */

static void dot_node(const struct bp_scene *scene, size_t column, size_t unit)
{
    struct bp_page *page = scene->page;

    if (unit == SIZE_MAX) {
        const struct bp_column at = bp_scene_column(scene, column);

        bp_page_put(page, "  gap_%z [shape=plaintext, label=\"%z more\"];\n", column,
                    bp_column_hidden(&at));
        return;
    }
    bp_page_put(page, "  u_%z_%z [label=\"", column, unit);
    if (column == 0 && scene->options->input_names != NULL)
        bp_page_put(page, "%e", scene->options->input_names[unit]);
    else if (column == scene->network->count && scene->options->output_names != NULL)
        bp_page_put(page, "%e", scene->options->output_names[unit]);
    else
        bp_page_put(page, "%z", unit);
    if (scene->trace != NULL)
        bp_page_put(page, "\\n%g", bp_scene_value(scene, column, unit, scene->row));
    bp_page_put(page, "\"];\n");
}

static void dot_links(const struct bp_scene *scene, size_t layer)
{
    const struct bp_column before = bp_scene_column(scene, layer);
    const struct bp_column after = bp_scene_column(scene, layer + 1);
    const double most = bp_draw_largest(scene, layer);
    size_t i;

    for (i = 0; i < before.slots * after.slots; i++) {
        const size_t from = bp_column_unit(&before, i / after.slots);
        const size_t to = bp_column_unit(&after, i % after.slots);
        bool there = from != SIZE_MAX && to != SIZE_MAX;
        double weight = 0;

        if (there)
            weight = bp_scene_link(scene, layer, to, from, &there);
        if (there)
            bp_page_put(scene->page,
                        "  u_%z_%z -> u_%z_%z [color=\"%s\", penwidth=%f, style=%s, "
                        "tooltip=\"%g\"];\n",
                        layer, from, layer + 1, to, weight < 0 ? "#c04a00" : "#0072b2",
                        0.5 + 3 * (weight < 0 ? -weight : weight) / most,
                        weight < 0 ? "dashed" : "solid", weight);
    }
}

void bp_draw_dot(struct bp_scene *scene)
{
    const char *title = scene->options->title;
    struct bp_page *page = scene->page;
    size_t i;
    size_t slot;

    bp_page_put(page, "digraph network {\n  rankdir=LR;\n  label=\"%e\";\n",
                title != NULL ? title : "A neural network");
    bp_page_put(page, "  node [shape=circle, fontsize=10];\n");
    for (i = 0; i < bp_scene_columns(scene); i++) {
        const struct bp_column column = bp_scene_column(scene, i);

        bp_page_put(page, "  subgraph column_%z {\n  rank=same;\n", i);
        for (slot = 0; slot < column.slots; slot++)
            dot_node(scene, i, bp_column_unit(&column, slot));
        bp_page_put(page, "  }\n");
    }
    for (i = 0; i < scene->network->count; i++)
        dot_links(scene, i);
    bp_page_put(page, "}\n");
}

/* ---- JSON ---- */

static void json_array(const struct bp_scene *scene, const char *name,
                       const double *values, size_t count)
{
    size_t i;

    bp_page_put(scene->page, "\"%s\":[", name);
    for (i = 0; i < count; i++)
        bp_page_put(scene->page, i > 0 ? ",%r" : "%r", values[i]);
    bp_page_put(scene->page, "]");
}

/* w[to][from], one row after the other. */
static void json_tensor(const struct bp_scene *scene, const char *name,
                        const struct bp_arena *arena, const struct bp_place *place)
{
    const double *base = (const double *)arena->base + place->offset;
    const size_t count = place->rows * place->cols;
    size_t i;

    bp_page_put(scene->page, ",\"%s\":[", name);
    for (i = 0; i < count; i++)
        bp_page_put(scene->page, i > 0 ? ",%r" : "%r",
                    base[i / place->cols * place->row_stride +
                         i % place->cols * place->col_stride]);
    bp_page_put(scene->page, "]");
}

/* What a layer does that its parameters do not tell. */
static void json_settings(const struct bp_scene *scene, const struct bp_node *node)
{
    static const struct {
        int32_t kind, key;
        const char *name;
    } settings[] = {
        {BP_LAYER_KIND_DROPOUT, BP_LAYER_PROBABILITY, "probability"},
        {BP_LAYER_KIND_NOISE, BP_LAYER_DEVIATION, "deviation"},
        {BP_LAYER_KIND_LAYER_NORM, BP_LAYER_EPSILON, "epsilon"},
        {BP_LAYER_KIND_BATCH_NORM, BP_LAYER_EPSILON, "epsilon"},
        {BP_LAYER_KIND_BATCH_NORM, BP_LAYER_MOMENTUM, "momentum"},
    };
    const struct bp_activation_traits *traits =
        bp_activation_traits(node->spec.activation);
    size_t i;

    for (i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (settings[i].kind == node->spec.kind)
            bp_page_put(scene->page, ",\"%s\":%r", settings[i].name,
                        bp_layer_setting(&node->spec, settings[i].key));
    if (bp_layer_has_activation(node->spec.kind) && traits != NULL && traits->has_slope)
        bp_page_put(scene->page, ",\"slope\":%r",
                    bp_layer_setting(&node->spec, BP_LAYER_SLOPE));
}

static void json_layer(const struct bp_scene *scene, size_t layer)
{
    static const char *const kinds[] = {
        [BP_LAYER_KIND_DENSE] = "dense",
        [BP_LAYER_KIND_ACTIVATION] = "activation",
        [BP_LAYER_KIND_CUSTOM] = "custom",
        [BP_LAYER_KIND_DROPOUT] = "dropout",
        [BP_LAYER_KIND_NOISE] = "noise",
        [BP_LAYER_KIND_LAYER_NORM] = "layer_norm",
        [BP_LAYER_KIND_BATCH_NORM] = "batch_norm",
    };
    const struct bp_node *node = &scene->network->nodes[layer];
    struct bp_page *page = scene->page;

    bp_page_put(page, "%s{\"kind\":\"%s\",\"name\":\"%j\",\"inputs\":%z,\"outputs\":%z",
                layer > 0 ? ",\n" : "", kinds[node->spec.kind],
                bp_scene_activation(scene, layer), node->inputs, node->outputs);
    json_settings(scene, node);
    if (node->weight.rows > 0)
        json_tensor(scene, "weights", &scene->network->params, &node->weight);
    if (node->bias.rows > 0)
        json_tensor(scene, "biases", &scene->network->params, &node->bias);
    if (node->mean.rows > 0) {
        json_tensor(scene, "running_mean", &scene->network->state, &node->mean);
        json_tensor(scene, "running_variance", &scene->network->state, &node->variance);
    }
    bp_page_put(page, "}");
}

/* da/dz of each unit for itself; operations of the caller's own have none to show. */
static void json_slopes(const struct bp_scene *scene, const double *row, size_t layer)
{
    const struct bp_layer_spec *spec = &scene->network->nodes[layer].spec;
    const struct bp_trace_slot *slot = &scene->trace->record.slots[layer];

    if (spec->kind == BP_LAYER_KIND_CUSTOM || spec->activation == BP_ACTIVATION_CUSTOM)
        return;
    bp_page_put(scene->page, ",");
    json_array(scene, "da_dz", row + slot->slope, slot->z_count);
}

static void json_trace_layer(const struct bp_scene *scene, const double *row,
                             size_t layer)
{
    const struct bp_record *record = &scene->trace->record;
    const struct bp_trace_slot *slot = &record->slots[layer];
    struct bp_page *page = scene->page;

    bp_page_put(page, layer > 0 ? ",{" : "{");
    json_array(scene, "z", row + slot->z, slot->z_count);
    bp_page_put(page, ",");
    json_array(scene, "a", row + slot->a, slot->a_count);
    bp_page_put(page, ",");
    json_array(scene, "dC_da", row + slot->a_grad, slot->a_count);
    bp_page_put(page, ",");
    json_array(scene, "dC_dz", row + slot->z_grad, slot->z_count);
    json_slopes(scene, row, layer);
    bp_page_put(page, ",\"coupled\":%s}", slot->coupled ? "true" : "false");
}

static void json_row(const struct bp_scene *scene, size_t i)
{
    const struct bp_record *record = &scene->trace->record;
    const double *row = bp_record_row(record, i);
    size_t layer;

    bp_page_put(scene->page, "%s{\"cost\":%r,", i > 0 ? ",\n" : "",
                row[record->cost_value]);
    json_array(scene, "inputs", row + record->input, record->network->inputs);
    bp_page_put(scene->page, ",");
    json_array(scene, "targets", row + record->targets,
               bp_network_width(record->network));
    bp_page_put(scene->page, ",");
    json_array(scene, "dC_dinputs", row + record->input_grad, record->network->inputs);
    bp_page_put(scene->page, ",\n\"layers\":[");
    for (layer = 0; layer < record->network->count; layer++)
        json_trace_layer(scene, row, layer);
    bp_page_put(scene->page, "]}");
}

static void json_influence(const struct bp_scene *scene, size_t i)
{
    const bp_influence *one = &scene->trace->ranking.list[i];
    struct bp_page *page = scene->page;

    bp_page_put(page, "%s{\"kind\":\"%s\",\"layer\":%z,\"to\":%z,\"from\":%z",
                i > 0 ? ",\n" : "", one->kind == BP_CONNECTION_INPUT ? "input" : "weight",
                one->layer, one->to, one->from);
    bp_page_put(page, ",\"value\":%r,\"part\":%r,\"size\":%r,\"gradient\":%r", one->value,
                one->part, one->size, one->gradient);
    bp_page_put(page, ",\"activity\":%r,\"error\":%r}", one->activity, one->error);
}

static void json_trace(const struct bp_scene *scene)
{
    const struct bp_record *record = &scene->trace->record;
    struct bp_page *page = scene->page;
    size_t i;

    bp_page_put(page, ",\n\"mode\":\"%s\",\"joined\":%s,\n\"examples\":[\n",
                record->training ? "train" : "predict",
                record->joined ? "true" : "false");
    for (i = 0; i < record->rows; i++)
        json_row(scene, i);
    bp_page_put(page, "],\n\"influences\":[");
    for (i = 0; i < scene->trace->ranking.count; i++)
        json_influence(scene, i);
    bp_page_put(page, "]");
}

void bp_draw_json(struct bp_scene *scene)
{
    struct bp_page *page = scene->page;
    size_t i;

    bp_page_put(page, "{\"inputs\":%z,\"layers\":[\n", scene->network->inputs);
    for (i = 0; i < scene->network->count; i++)
        json_layer(scene, i);
    bp_page_put(page, "]");
    if (scene->trace != NULL)
        json_trace(scene);
    bp_page_put(page, "}\n");
}
