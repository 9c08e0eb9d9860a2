/* SPDX-License-Identifier: MIT */
/*
 * A network as C source. Each unit is one chain of fmaf() in ascending order of its
 * inputs, begun with its bias: what the library's kernels compute, to the bit. Numbers
 * are written so that none of their bits is lost. The formulas are in export_c_formulas.
 */
#include "export_int8.h"

#include "format/exact.h"

#include <math.h>
#include <string.h>

enum { MOST_NAME = 31, FLUSH_AT = 1 << 15, A_LINE = 6 };

struct exporting {
    struct bp_network *network; /* In float. */
    bp_save_options options;
    struct bp_text *text;
    const char *name;
    struct bp_bytes test;   /* Inputs, then outputs, of the self-test. */
    const bp_dataset *data; /* NULL: in float. */
    bp_int8_report *report;
    struct bp_int8 int8;
};

/* ---- text to a sink ---- */

static void flush(struct bp_c_writer *w)
{
    if (w->status == BP_OK && w->out.failed)
        w->status = BP_ENOMEM;
    if (w->status == BP_OK && w->out.used > 0)
        w->status = w->sink(w->user, w->out.room.data, w->out.used);
    w->out.used = 0;
}

void bp_c_put(struct bp_c_writer *w, const char *text)
{
    bp_out_text(&w->out, text);
    if (w->out.used > FLUSH_AT)
        flush(w);
}

void bp_c_put_with(struct bp_c_writer *w, const char *text, const char *name,
                   size_t number)
{
    char one[2] = {0, 0};

    for (; *text != '\0'; text++) {
        if (*text == '@')
            bp_c_put(w, name);
        else if (*text == '$')
            bp_out_number(&w->out, number);
        else {
            one[0] = *text;
            bp_c_put(w, one);
        }
    }
}

void bp_c_put_constant(struct bp_c_writer *w, double value, const char *suffix)
{
    struct bp_exact text;

    bp_c_put(w, bp_exact_write(&text, value));
    if (strchr(text.text, 'p') == NULL)
        bp_c_put(w, ".0");
    bp_c_put(w, suffix);
}

/* ---- numbers ---- */

static void put_row(struct bp_c_writer *w, const float *values, size_t count,
                    size_t *done)
{
    for (size_t i = 0; i < count; i++, (*done)++) {
        bp_c_put(w, *done == 0 ? "\n    " : *done % A_LINE == 0 ? ",\n    " : ", ");
        bp_c_put_constant(w, (double)values[i], "f");
    }
}

static void put_tensor(struct bp_c_writer *w, const struct bp_network *network,
                       const struct bp_word *kind, size_t layer)
{
    const struct bp_placed tensor = bp_network_tensor(network, layer, kind->value);
    const struct bp_place *place = tensor.place;
    float piece[64];
    size_t done = 0;

    if (place == NULL)
        return;

    bp_c_put_with(w, "\nstatic const float @_$[] = {", kind->name, layer);
    for (size_t row = 0; row < place->rows; row++)
        for (size_t col = 0; col < place->cols; col += 64) {
            const size_t left = place->cols - col;
            const size_t count = left < 64 ? left : 64;
            const unsigned char *first =
                bp_network_row(network, tensor.arena, place, row);

            network->engine->store_f32(first + sizeof(float) * col * place->col_stride,
                                       place->col_stride, piece, count);
            put_row(w, piece, count, &done);
        }
    bp_c_put(w, "};\n");
}

/* The names of arrays. */
static const struct bp_word kinds[] = {
    {BP_PARAMETER_WEIGHT, "weights"},
    {BP_PARAMETER_BIAS, "biases"},
    {BP_PARAMETER_RUNNING_MEAN, "means"},
    {BP_PARAMETER_RUNNING_VARIANCE, "variances"},
    {0, NULL},
};

static void put_parameters(struct bp_c_writer *w, const struct exporting *e)
{
    const struct bp_network *network = e->network;

    for (size_t i = 0; i < network->count; i++) {
        if (e->data != NULL && network->nodes[i].spec.kind == BP_LAYER_KIND_DENSE) {
            bp_int8_put_arrays(w, &e->int8, i);
            continue;
        }
        for (const struct bp_word *kind = kinds; kind->name != NULL; kind++)
            put_tensor(w, network, kind, i);
    }
}

static void put_scaler(struct bp_c_writer *w, const struct bp_scaler *scaler)
{
    bp_c_put(
        w,
        "\n/* Offset and scale of each input. */\nstatic const double scaling[][2] = {");
    for (size_t col = 0; col < scaler->cols; col++) {
        bp_c_put(w, col == 0 ? "\n    {" : ",\n    {");
        bp_c_put_constant(w, scaler->columns[col].offset, "");
        bp_c_put(w, ", ");
        bp_c_put_constant(w, scaler->columns[col].scale, "");
        bp_c_put(w, "}");
    }
    bp_c_put(w, "};\n");
}

/* ---- the functions of the file ---- */

static size_t widest(const struct bp_network *network)
{
    size_t most = network->inputs;

    for (size_t i = 0; i < network->count; i++)
        if (network->nodes[i].outputs > most)
            most = network->nodes[i].outputs;
    return most;
}

/* "weights_1, biases_1, " or "NULL, " for what the layer has not. */
static void put_arrays(struct bp_c_writer *w, const struct bp_node *node, size_t index)
{
    bp_c_put_with(w, node->weight.rows > 0 ? "weights_$, " : "NULL, ", "", index);
    bp_c_put_with(w, node->bias.rows > 0 ? "biases_$, " : "NULL, ", "", index);
    if (node->spec.kind == BP_LAYER_KIND_BATCH_NORM)
        bp_c_put_with(w, "means_$, variances_$, ", "", index);
}

/* The two rows change places. */
static void put_dense(struct bp_c_writer *w, const struct exporting *e, size_t index,
                      size_t *at)
{
    const struct bp_node *node = &e->network->nodes[index];

    if (e->data != NULL) {
        bp_int8_put_call(w, &e->int8, index, *at == 0 ? "a" : "b");
        *at = 1 - *at;
        return;
    }
    bp_c_put(w, "    dense(");
    put_arrays(w, node, index);
    bp_c_put(w, *at == 0 ? "a, b, " : "b, a, ");
    bp_c_put_with(w, "$, ", "", node->inputs);
    bp_c_put_with(w, "$);\n", "", node->outputs);
    *at = 1 - *at;
}

static void put_norm(struct bp_c_writer *w, const struct bp_node *node, size_t index,
                     size_t at)
{
    const bool by_row = node->spec.kind == BP_LAYER_KIND_LAYER_NORM;

    bp_c_put(w, by_row ? "    layer_norm(" : "    batch_norm(");
    put_arrays(w, node, index);
    bp_c_put_with(w, at == 0 ? "a, $, " : "b, $, ", "", node->outputs);
    bp_c_put_constant(w, bp_layer_setting(&node->spec, BP_LAYER_EPSILON), "");
    bp_c_put(w, ");\n");
}

static void put_layer(struct bp_c_writer *w, const struct exporting *e, size_t index,
                      size_t *at)
{
    const struct bp_node *node = &e->network->nodes[index];
    const struct bp_layer_spec *spec = &node->spec;

    if (spec->kind == BP_LAYER_KIND_DENSE)
        put_dense(w, e, index, at);
    else if (bp_layer_normalises(spec->kind))
        put_norm(w, node, index, *at);
    if (!bp_c_applies(spec->activation))
        return;
    bp_c_put_with(w, "    apply_@(", bp_activation_name(spec->activation), 0);
    bp_c_put_with(w, *at == 0 ? "a, $, " : "b, $, ", "", node->outputs);
    bp_c_put_constant(w, (double)(float)bp_layer_setting(spec, BP_LAYER_SLOPE), "f");
    bp_c_put(w, ");\n");
}

static void put_predict(struct bp_c_writer *w, const struct exporting *e)
{
    const struct bp_network *network = e->network;
    size_t at = 0;

    bp_c_put_with(w,
                  "\nvoid @_predict(const float *inputs, float *outputs)\n"
                  "{\n"
                  "    float a[$], b[$];\n"
                  "    size_t i;\n",
                  e->name, widest(network));
    bp_c_put_with(w, e->data != NULL ? "    int8_t q[$];\n\n    (void)q;\n" : "\n", "",
                  widest(network));
    bp_c_put(w, "    (void)b;\n");
    bp_c_put_with(w, "    for (i = 0; i < $; i++)\n        a[i] = ", "", network->inputs);
    bp_c_put(w, e->options.scaler != NULL
                    ? "(float)(((double)inputs[i] - scaling[i][0]) * scaling[i][1]);\n"
                    : "inputs[i];\n");
    for (size_t i = 0; i < network->count; i++)
        put_layer(w, e, i, &at);
    bp_c_put_with(w, "    for (i = 0; i < $; i++)\n        outputs[i] = ", "",
                  bp_network_width(network));
    bp_c_put(w, at == 0 ? "a[i];\n}\n" : "b[i];\n}\n");
}

static void put_self_test(struct bp_c_writer *w, const struct exporting *e)
{
    const float *inputs = (const float *)(const void *)e->test.data;
    const size_t outputs = bp_network_width(e->network);
    size_t done = 0;

    bp_c_put(w, "\nstatic const float test_inputs[] = {");
    put_row(w, inputs, e->network->inputs, &done);
    bp_c_put(w, "};\n\nstatic const float test_outputs[] = {");
    done = 0;
    put_row(w, inputs + e->network->inputs, outputs, &done);
    bp_c_put_with(w,
                  "};\n"
                  "\n"
                  "int @_self_test(void)\n"
                  "{\n"
                  "    float outputs[$];\n"
                  "    size_t i;\n"
                  "\n"
                  "    @_predict(test_inputs, outputs);\n"
                  "    for (i = 0; i < $; i++)\n",
                  e->name, outputs);
    bp_c_put(w, "        if (!(outputs[i] == test_outputs[i]))\n"
                "            return 1;\n"
                "    return 0;\n"
                "}\n");
}

/* No compiler may fuse what the formulas do not; see lib/strict.h. */
static const char includes_text[] = "#if defined(__clang__)\n"
                                    "#pragma STDC FP_CONTRACT OFF\n"
                                    "#elif defined(__GNUC__)\n"
                                    "#pragma GCC optimize(\"fp-contract=off\")\n"
                                    "#endif\n"
                                    "\n"
                                    "#include <math.h>\n"
                                    "#include <stddef.h>\n"
                                    "#include <stdint.h>\n"
                                    "#include <string.h>\n";

static bp_status produce_source(void *context, bp_sink_fn sink, void *user)
{
    const struct exporting *e = context;
    struct bp_c_writer w = {.sink = sink, .user = user};

    bp_out_begin(&w.out, &e->network->host);
    bp_c_put_with(&w, "/* Made by backprop ", "", 0);
    bp_c_put(&w, bp_version_text());
    bp_c_put_with(&w, " from a network. */\n#include \"@.h\"\n\n", e->name, 0);
    bp_c_put(&w, includes_text);
    put_parameters(&w, e);
    if (e->options.scaler != NULL)
        put_scaler(&w, e->options.scaler);
    bp_c_put_functions(&w, e->network, e->data != NULL);
    put_predict(&w, e);
    put_self_test(&w, e);
    flush(&w);
    bp_out_release(&w.out);
    return w.status == BP_ENOMEM
               ? bp_fail(e->text, BP_ENOMEM, "out of memory to export the network")
               : w.status;
}

static const char header_text[] = "#ifndef BACKPROP_NETWORK_@_H\n"
                                  "#define BACKPROP_NETWORK_@_H\n"
                                  "\n"
                                  "#ifdef __cplusplus\n"
                                  "extern \"C\" {\n"
                                  "#endif\n"
                                  "\n"
                                  "enum { @_inputs = $, @_outputs = ";

static const char header_end[] = " };\n"
                                 "\n"
                                 "/* Run one row. */\n"
                                 "void @_predict(const float *inputs, float *outputs);\n"
                                 "\n"
                                 "/* 0 if outputs are those that the library gives. */\n"
                                 "int @_self_test(void);\n"
                                 "\n"
                                 "#ifdef __cplusplus\n"
                                 "}\n"
                                 "#endif\n"
                                 "\n"
                                 "#endif\n";

static bp_status produce_header(void *context, bp_sink_fn sink, void *user)
{
    const struct exporting *e = context;
    struct bp_c_writer w = {.sink = sink, .user = user};

    bp_out_begin(&w.out, &e->network->host);
    bp_c_put(&w, "/* Made by backprop from a network. */\n");
    bp_c_put_with(&w, header_text, e->name, e->network->inputs);
    bp_out_number(&w.out, bp_network_width(e->network));
    bp_c_put_with(&w, header_end, e->name, 0);
    flush(&w);
    bp_out_release(&w.out);
    return w.status == BP_ENOMEM
               ? bp_fail(e->text, BP_ENOMEM, "out of memory to export the network")
               : w.status;
}

/* ---- the self-test's row ---- */

/* Spread around what the scaler takes to 0, in steps that no two inputs share. */
static void spread_inputs(const struct exporting *e, float *inputs)
{
    for (size_t i = 0; i < e->network->inputs; i++) {
        const double x = fmod(0.61803398874989485 * (double)(i + 1), 1.0) - 0.5;
        const struct bp_affine none = {0, 1};
        const struct bp_affine *a =
            e->options.scaler != NULL ? &e->options.scaler->columns[i] : &none;

        inputs[i] = (float)(a->offset + 2 * x / a->scale);
    }
}

static bp_status run_network(const struct exporting *e, const float *inputs,
                             float *outputs)
{
    const size_t count = bp_network_width(e->network);
    bp_workspace *workspace = NULL;
    bp_status status = bp_workspace_create(e->network, 1, &workspace);

    if (status == BP_OK)
        status = bp_network_predict(e->network, workspace, inputs, e->network->inputs,
                                    outputs, count);
    bp_workspace_destroy(workspace);
    return status;
}

static bp_status make_test(struct exporting *e)
{
    const size_t inputs = e->network->inputs;
    const size_t count = inputs + bp_network_width(e->network);
    float *values =
        bp_host_allocate(&e->network->host, (count + inputs) * sizeof *values);
    bp_status status = BP_OK;

    if (values == NULL)
        return bp_fail(e->text, BP_ENOMEM, "out of memory to export the network");
    e->test =
        (struct bp_bytes){(unsigned char *)values, (count + inputs) * sizeof *values};
    spread_inputs(e, values);
    memcpy(values + count, values, inputs * sizeof *values);
    if (e->options.scaler != NULL)
        status = bp_scaler_transform(e->options.scaler, values + count, inputs);
    if (status == BP_OK)
        status = e->data != NULL ? bp_int8_run(&e->int8, values + count, values + inputs)
                                 : run_network(e, values + count, values + inputs);
    for (size_t i = inputs; status == BP_OK && i < count; i++)
        if (!isfinite(values[i]))
            status = BP_EDATA;
    return status == BP_OK ? status
                           : bp_fail(e->text, status,
                                     "the network gives no outputs for "
                                     "the self-test: %s",
                                     bp_status_text(status));
}

/* ---- the call ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool name_ok(const char *name)
{
    size_t i = 0;

    for (; name[i] != '\0'; i++)
        if (i == MOST_NAME ||
            !(is_letter(name[i]) || (i > 0 && name[i] >= '0' && name[i] <= '9')))
            return false;
    return i > 0;
}

static bp_status check_layers(const struct bp_network *network, struct bp_text *text)
{
    for (size_t i = 0; i < network->count; i++) {
        const struct bp_layer_spec *spec = &network->nodes[i].spec;

        if (spec->kind == BP_LAYER_KIND_CUSTOM || !bp_c_knows(spec->activation))
            return bp_fail(text, BP_EUNSUPPORTED,
                           "layer %zu is of a kind that cannot be exported", i);
    }
    return BP_OK;
}

static bp_status check_finite(const struct exporting *e)
{
    const struct bp_network *network = e->network;

    if (isfinite(network->engine->largest(network->kernels, network->params.base,
                                          network->params_count)) &&
        (network->state_count == 0 ||
         isfinite(network->engine->largest(network->kernels, network->state.base,
                                           network->state_count))))
        return BP_OK;
    return bp_fail(e->text, BP_EDATA, "a parameter is not finite in float");
}

/* "folder/name.c" in memory that the caller releases. */
static bp_status save_one(const struct exporting *e, const char *folder, const char *end,
                          const struct bp_output *output)
{
    const struct bp_host *host = &e->network->host;
    struct bp_out path;
    bp_status status;

    bp_out_begin(&path, host);
    bp_out_text(&path, folder);
    bp_out_text(&path, "/");
    bp_out_text(&path, e->name);
    bp_out_bytes(&path, end, strlen(end) + 1);
    status = path.failed
                 ? bp_fail(e->text, BP_ENOMEM, "out of memory for a path")
                 : bp_output_file(output, host, (const char *)path.room.data, e->text);
    bp_out_release(&path);
    return status;
}

/* Scales, and what they cost. */
static bp_status calibrate(struct exporting *e)
{
    bp_int8_report report;
    bp_status status =
        bp_int8_begin(&e->int8, e->network, e->options.scaler, e->data, e->text);

    if (status == BP_OK)
        status = bp_int8_report_on(&e->int8, e->options.scaler, e->data, &report);
    if (status == BP_OK && e->report != NULL)
        *e->report = report;
    return status;
}

static bp_status export_all(struct exporting *e, const char *folder)
{
    const struct bp_output source = {produce_source, e};
    const struct bp_output header = {produce_header, e};
    bp_status status = check_finite(e);

    if (status == BP_OK && e->data != NULL)
        status = calibrate(e);
    if (status == BP_OK)
        status = make_test(e);
    if (status == BP_OK)
        status = save_one(e, folder, ".h", &header);
    if (status == BP_OK)
        status = save_one(e, folder, ".c", &source);
    if (e->int8.host != NULL)
        bp_int8_end(&e->int8);
    bp_host_release(&e->network->host, e->test.data, e->test.size);
    return status;
}

/* What is the same for both kinds of weights. */
static bp_status export_checked(struct exporting *e, bp_network *network,
                                const char *folder, const bp_save_options *options)
{
    bp_network *narrow = NULL;
    bp_status status;

    if (folder == NULL || e->name == NULL)
        return bp_fail_null(e->text, folder == NULL ? "folder" : "name");
    if (!name_ok(e->name))
        return bp_fail(
            e->text, BP_EINVAL,
            "name is no C identifier of 1 to %d letters, digits and underscores",
            MOST_NAME);
    status = bp_save_check(network, options, &e->options);
    if (status == BP_OK)
        status = check_layers(network, e->text);
    if (status != BP_OK)
        return status;
    status = bp_network_convert(network, BP_PRECISION_F32, &narrow);
    if (status != BP_OK)
        return bp_fail(e->text, status, "out of memory to export the network");
    e->network = narrow;
    status = export_all(e, folder);
    bp_network_destroy(narrow);
    return status;
}

bp_status bp_network_export_c(bp_network *network, const char *folder, const char *name,
                              const bp_save_options *options)
{
    struct exporting e = {.name = name};

    if (network == NULL)
        return BP_EINVAL;
    e.text = &network->text;
    return export_checked(&e, network, folder, options);
}

static bp_status check_data(const struct bp_network *network, const bp_dataset *data,
                            const bp_int8_report *report, struct bp_text *text)
{
    if (data == NULL)
        return bp_fail_null(text, "data");
    if (bp_dataset_rows(data) == 0)
        return bp_fail(text, BP_ESTATE, "data has no rows");
    if (bp_dataset_inputs(data) != network->inputs)
        return bp_fail(text, BP_ESHAPE,
                       "data has %zu columns of inputs, expected %zu as the network has",
                       bp_dataset_inputs(data), network->inputs);
    if (report != NULL && report->struct_size != sizeof *report)
        return bp_fail(text, BP_EINVAL, "report.struct_size is %u, expected %zu",
                       (unsigned int)report->struct_size, sizeof *report);
    return BP_OK;
}

bp_status bp_network_export_c_int8(bp_network *network, const char *folder,
                                   const char *name, const bp_dataset *data,
                                   const bp_save_options *options, bp_int8_report *report)
{
    struct exporting e = {.name = name, .data = data, .report = report};
    bp_status status;

    if (network == NULL)
        return BP_EINVAL;
    e.text = &network->text;
    status = check_data(network, data, report, e.text);
    return status == BP_OK ? export_checked(&e, network, folder, options) : status;
}
