/* SPDX-License-Identifier: MIT */
/*
 * A network as C source. Each unit is one chain of fmaf() in ascending order of its
 * inputs, begun with its bias: what the library's kernels compute, to the bit. Numbers
 * are written so that none of their bits is lost.
 */
#include "bundle.h"

#include "format/exact.h"

#include <math.h>
#include <string.h>

enum { MOST_NAME = 31, FLUSH_AT = 1 << 15, A_LINE = 6 };

struct exporting {
    struct bp_network *network; /* In float. */
    bp_save_options options;
    struct bp_text *text;
    const char *name;
    struct bp_bytes test; /* Inputs, then outputs, of the self-test. */
};

/* ---- text to a sink ---- */

struct writer {
    struct bp_out out;
    bp_sink_fn sink;
    void *user;
    bp_status status;
};

static void flush(struct writer *w)
{
    if (w->status == BP_OK && w->out.failed)
        w->status = BP_ENOMEM;
    if (w->status == BP_OK && w->out.used > 0)
        w->status = w->sink(w->user, w->out.room.data, w->out.used);
    w->out.used = 0;
}

static void put(struct writer *w, const char *text)
{
    bp_out_text(&w->out, text);
    if (w->out.used > FLUSH_AT)
        flush(w);
}

/* A text in which @ stands for the name, and $ for a number. */
static void put_with(struct writer *w, const char *text, const char *name, size_t number)
{
    char one[2] = {0, 0};

    for (; *text != '\0'; text++) {
        if (*text == '@')
            put(w, name);
        else if (*text == '$')
            bp_out_number(&w->out, number);
        else {
            one[0] = *text;
            put(w, one);
        }
    }
}

/* As a constant: 30.0f or 0x1.8p-1f; doubles without the f. */
static void put_constant(struct writer *w, double value, const char *suffix)
{
    struct bp_exact text;

    put(w, bp_exact_write(&text, value));
    if (strchr(text.text, 'p') == NULL)
        put(w, ".0");
    put(w, suffix);
}

/* ---- activations ---- */

/* Element by element: `slope` is a parameter of all. Softmax and its logarithm are of a
 * row. NULL: nothing to do. */
static const struct {
    const char *body;
    bool exact; /* The bits of the library. */
} activations[] = {
    [BP_ACTIVATION_LINEAR] = {NULL, true},
    [BP_ACTIVATION_SIGMOID] = {"1.0f / (1.0f + expf(-z))", false},
    [BP_ACTIVATION_TANH] = {"tanhf(z)", false},
    [BP_ACTIVATION_RELU] = {"z > 0.0f ? z : 0.0f", true},
    [BP_ACTIVATION_LEAKY_RELU] = {"z < 0.0f ? slope * z : z", true},
    [BP_ACTIVATION_ELU] = {"z < 0.0f ? slope * expm1f(z) : z", false},
    [BP_ACTIVATION_SELU] = {"1.0507009873554805f * (z < 0.0f ? 1.6732632423543772f * "
                            "expm1f(z) : z)",
                            false},
    [BP_ACTIVATION_GELU] = {"0.5f * z * erfcf(-0.7071067811865475f * z)", false},
    [BP_ACTIVATION_GELU_TANH] = {"0.5f * z * (1.0f + tanhf(0.7978845608028654f * (z + "
                                 "0.044715f * z * z * z)))",
                                 false},
    [BP_ACTIVATION_SILU] = {"z / (1.0f + expf(-z))", false},
    [BP_ACTIVATION_SOFTPLUS] = {"z > 20.0f ? z : log1pf(expf(z))", false},
    [BP_ACTIVATION_SOFTSIGN] = {"z / (1.0f + fabsf(z))", true},
    [BP_ACTIVATION_HARD_SIGMOID] =
        {"z < -3.0f ? 0.0f : z > 3.0f ? 1.0f : z / 6.0f + 0.5f", true},
    [BP_ACTIVATION_SOFTMAX] = {"", false},
    [BP_ACTIVATION_LOG_SOFTMAX] = {"", false},
};

static const char element_text[] =
    "\nstatic void apply_@(float *a, size_t count, float slope)\n"
    "{\n"
    "    size_t i;\n"
    "\n"
    "    (void)slope;\n"
    "    for (i = 0; i < count; i++) {\n"
    "        const float z = a[i];\n"
    "\n"
    "        a[i] = ";

static const char row_text[] =
    "\nstatic void apply_@(float *a, size_t count, float slope)\n"
    "{\n"
    "    float most = a[0];\n"
    "    float sum = 0.0f;\n"
    "    size_t i;\n"
    "\n"
    "    (void)slope;\n"
    "    for (i = 1; i < count; i++)\n"
    "        most = a[i] > most ? a[i] : most;\n"
    "    for (i = 0; i < count; i++)\n"
    "        sum += expf(a[i] - most);\n";

static bool is_used(const struct bp_network *network, int32_t activation)
{
    for (size_t i = 0; i < network->count; i++)
        if (network->nodes[i].spec.activation == activation)
            return true;
    return false;
}

static void put_activation(struct writer *w, int32_t activation)
{
    const char *name = bp_activation_name(activation);

    if (activation == BP_ACTIVATION_SOFTMAX || activation == BP_ACTIVATION_LOG_SOFTMAX) {
        put_with(w, row_text, name, 0);
        put(w, "    for (i = 0; i < count; i++)\n        a[i] = ");
        put(w, activation == BP_ACTIVATION_SOFTMAX ? "expf(a[i] - most) / sum;\n}\n"
                                                   : "a[i] - most - logf(sum);\n}\n");
        return;
    }
    put_with(w, element_text, name, 0);
    put(w, activations[activation].body);
    put(w, ";\n    }\n}\n");
}

static const char dense_text[] =
    "\n/* z = w x + b, w by rows. */\n"
    "static void dense(const float *w, const float *b, const float *x, float *z,\n"
    "                  size_t inputs, size_t outputs)\n"
    "{\n"
    "    size_t i, j;\n"
    "\n"
    "    for (j = 0; j < outputs; j++, w += inputs) {\n"
    "        float sum = b != NULL ? b[j] : 0.0f;\n"
    "\n"
    "        for (i = 0; i < inputs; i++)\n"
    "            sum = fmaf(x[i], w[i], sum);\n"
    "        z[j] = sum;\n"
    "    }\n"
    "}\n";

static void put_functions(struct writer *w, const struct bp_network *network)
{
    for (size_t i = 0; i < network->count; i++)
        if (network->nodes[i].spec.kind == BP_LAYER_KIND_DENSE) {
            put(w, dense_text);
            break;
        }
    for (int32_t i = 0; bp_activation_name(i) != NULL; i++)
        if (activations[i].body != NULL && is_used(network, i))
            put_activation(w, i);
}

/* ---- numbers ---- */

static void put_row(struct writer *w, const float *values, size_t count, size_t *done)
{
    for (size_t i = 0; i < count; i++, (*done)++) {
        put(w, *done == 0 ? "\n    " : *done % A_LINE == 0 ? ",\n    " : ", ");
        put_constant(w, (double)values[i], "f");
    }
}

static void put_tensor(struct writer *w, const struct bp_network *network,
                       const struct bp_place *place, const char *kind, size_t layer)
{
    float piece[64];
    size_t done = 0;

    put_with(w, "\nstatic const float @_$[] = {", kind, layer);
    for (size_t row = 0; row < place->rows; row++)
        for (size_t col = 0; col < place->cols; col += 64) {
            const size_t left = place->cols - col;
            const size_t count = left < 64 ? left : 64;
            const unsigned char *first =
                bp_network_row(network, &network->params, place, row);

            network->engine->store_f32(first + sizeof(float) * col * place->col_stride,
                                       place->col_stride, piece, count);
            put_row(w, piece, count, &done);
        }
    put(w, "};\n");
}

static void put_parameters(struct writer *w, const struct bp_network *network)
{
    for (size_t i = 0; i < network->count; i++) {
        const struct bp_node *node = &network->nodes[i];

        if (node->weight.rows > 0)
            put_tensor(w, network, &node->weight, "weights", i);
        if (node->bias.rows > 0)
            put_tensor(w, network, &node->bias, "biases", i);
    }
}

static void put_scaler(struct writer *w, const struct bp_scaler *scaler)
{
    put(w,
        "\n/* Offset and scale of each input. */\nstatic const double scaling[][2] = {");
    for (size_t col = 0; col < scaler->cols; col++) {
        put(w, col == 0 ? "\n    {" : ",\n    {");
        put_constant(w, scaler->columns[col].offset, "");
        put(w, ", ");
        put_constant(w, scaler->columns[col].scale, "");
        put(w, "}");
    }
    put(w, "};\n");
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

/* The two rows change places with each dense layer. */
static void put_layer(struct writer *w, const struct bp_node *node, size_t index,
                      size_t *at)
{
    const struct bp_layer_spec *spec = &node->spec;

    if (spec->kind == BP_LAYER_KIND_DENSE) {
        put_with(w, "    dense(weights_$, ", "", index);
        put_with(w, node->bias.rows > 0 ? "biases_$, " : "NULL, ", "", index);
        put(w, *at == 0 ? "a, b, " : "b, a, ");
        put_with(w, "$, ", "", node->inputs);
        put_with(w, "$);\n", "", node->outputs);
        *at = 1 - *at;
    }
    if (activations[spec->activation].body == NULL)
        return;
    put_with(w, "    apply_@(", bp_activation_name(spec->activation), 0);
    put_with(w, *at == 0 ? "a, $, " : "b, $, ", "", node->outputs);
    put_constant(w, (double)(float)bp_layer_setting(spec, BP_LAYER_SLOPE), "f");
    put(w, ");\n");
}

static void put_predict(struct writer *w, const struct exporting *e)
{
    const struct bp_network *network = e->network;
    size_t at = 0;

    put_with(w,
             "\nvoid @_predict(const float *inputs, float *outputs)\n"
             "{\n"
             "    float a[$], b[$];\n"
             "    size_t i;\n"
             "\n",
             e->name, widest(network));
    put_with(w, "    (void)b;\n    for (i = 0; i < $; i++)\n        a[i] = ", "",
             network->inputs);
    put(w, e->options.scaler != NULL
               ? "(float)(((double)inputs[i] - scaling[i][0]) * scaling[i][1]);\n"
               : "inputs[i];\n");
    for (size_t i = 0; i < network->count; i++)
        put_layer(w, &network->nodes[i], i, &at);
    put_with(w, "    for (i = 0; i < $; i++)\n        outputs[i] = ", "",
             bp_network_width(network));
    put(w, at == 0 ? "a[i];\n}\n" : "b[i];\n}\n");
}

static bool is_exact(const struct bp_network *network)
{
    for (size_t i = 0; i < network->count; i++)
        if (!activations[network->nodes[i].spec.activation].exact)
            return false;
    return true;
}

static void put_self_test(struct writer *w, const struct exporting *e)
{
    const float *inputs = (const float *)(const void *)e->test.data;
    const size_t outputs = bp_network_width(e->network);
    size_t done = 0;

    put(w, "\nstatic const float test_inputs[] = {");
    put_row(w, inputs, e->network->inputs, &done);
    put(w, "};\n\nstatic const float test_outputs[] = {");
    done = 0;
    put_row(w, inputs + e->network->inputs, outputs, &done);
    put_with(w,
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
    put(w, is_exact(e->network)
               ? "        if (!(outputs[i] == test_outputs[i]))\n"
               : "        if (!(fabsf(outputs[i] - test_outputs[i]) <=\n"
                 "              1e-5f * (1.0f + fabsf(test_outputs[i]))))\n");
    put(w, "            return 1;\n    return 0;\n}\n");
}

static bp_status produce_source(void *context, bp_sink_fn sink, void *user)
{
    const struct exporting *e = context;
    struct writer w = {.sink = sink, .user = user};

    bp_out_begin(&w.out, &e->network->host);
    put_with(&w, "/* Made by backprop ", "", 0);
    put(&w, bp_version_text());
    put_with(&w, " from a network. */\n#include \"@.h\"\n\n#include <math.h>\n", e->name,
             0);
    put(&w, "#include <stddef.h>\n");
    put_parameters(&w, e->network);
    if (e->options.scaler != NULL)
        put_scaler(&w, e->options.scaler);
    put_functions(&w, e->network);
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
    struct writer w = {.sink = sink, .user = user};

    bp_out_begin(&w.out, &e->network->host);
    put(&w, "/* Made by backprop from a network. */\n");
    put_with(&w, header_text, e->name, e->network->inputs);
    bp_out_number(&w.out, bp_network_width(e->network));
    put_with(&w, header_end, e->name, 0);
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
        status = run_network(e, values + count, values + inputs);
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
    const size_t known = sizeof activations / sizeof activations[0];

    for (size_t i = 0; i < network->count; i++) {
        const struct bp_layer_spec *spec = &network->nodes[i].spec;

        if ((spec->kind != BP_LAYER_KIND_DENSE &&
             spec->kind != BP_LAYER_KIND_ACTIVATION) ||
            spec->activation < 0 || (size_t)spec->activation >= known)
            return bp_fail(text, BP_EUNSUPPORTED,
                           "layer %zu is of a kind that cannot be exported", i);
    }
    return BP_OK;
}

static bp_status check_finite(const struct exporting *e)
{
    const struct bp_network *network = e->network;

    if (isfinite(network->engine->largest(network->kernels, network->params.base,
                                          network->params_count)))
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

static bp_status export_all(struct exporting *e, const char *folder)
{
    const struct bp_output source = {produce_source, e};
    const struct bp_output header = {produce_header, e};
    bp_status status = check_finite(e);

    if (status == BP_OK)
        status = make_test(e);
    if (status == BP_OK)
        status = save_one(e, folder, ".h", &header);
    if (status == BP_OK)
        status = save_one(e, folder, ".c", &source);
    bp_host_release(&e->network->host, e->test.data, e->test.size);
    return status;
}

bp_status bp_network_export_c(bp_network *network, const char *folder, const char *name,
                              const bp_save_options *options)
{
    struct exporting e = {.name = name};
    bp_network *narrow = NULL;
    bp_status status;

    if (network == NULL)
        return BP_EINVAL;
    e.text = &network->text;
    if (folder == NULL || name == NULL)
        return bp_fail_null(e.text, folder == NULL ? "folder" : "name");
    if (!name_ok(name))
        return bp_fail(
            e.text, BP_EINVAL,
            "name is no C identifier of 1 to %d letters, digits and underscores",
            MOST_NAME);
    status = bp_save_check(network, options, &e.options);
    if (status == BP_OK)
        status = check_layers(network, e.text);
    if (status == BP_OK) {
        status = bp_network_convert(network, BP_PRECISION_F32, &narrow);
        if (status != BP_OK)
            return bp_fail(e.text, status, "out of memory to export the network");
        e.network = narrow;
        status = export_all(&e, folder);
    }
    bp_network_destroy(narrow);
    return status;
}
