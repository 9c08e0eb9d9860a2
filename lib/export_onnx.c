/* SPDX-License-Identifier: MIT */
/*
 * A network as ONNX. Names of values are "input", "v0", "v1" ..., "output"; each node
 * takes the value before it. A dense layer is one Gemm, as weights lie w[to][from] in the
 * file. What the operator set lacks is put together:
 *
 *     gelu         z/2 (1 + erf(z sqrt(1/2)))
 *     gelu_tanh    z/2 (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3)))
 *     silu         z sigmoid(z)
 *     layer norm   d / sqrt(mean(d d) + epsilon), d = x - mean(x); scale and shift
 *     batch norm   without scale and shift: (x - mean) / sqrt(variance + epsilon)
 *     scaling      (x - offset) scale, in double as bp_scaler_transform() does
 *
 * Dropout and noise are there in training only, and leave nothing.
 *
 * Field numbers are those of onnx.proto.
 */
#include "bundle.h"

#include "format/exact.h"
#include "format/proto.h"

#include <math.h>
#include <string.h>

enum { IR_VERSION = 8, OPSET = 13, FLOAT = 1, DOUBLE = 11, MOST_INPUTS = 5 };

#define SIZE_LIMIT (UINT64_C(1) << 31)

struct exporting {
    struct bp_network *network;
    bp_save_options options;
    struct bp_mover *mover;
    struct bp_text *text;
};

/* ---- nodes ---- */

/* Values of AttributeProto.type, and the fields that such a value is in. */
enum kind {
    REAL = 1,
    WHOLE = 2,
    LIST = 7,
    REAL_FIELD = 2,
    WHOLE_FIELD = 3,
    LIST_FIELD = 8
};

struct attribute {
    const char *name; /* NULL: none. */
    enum kind kind;   /* A list has one element here. */
    double value;
};

struct node {
    const char *op;
    const char *inputs[MOST_INPUTS];
    const char *output;
    struct attribute attribute, other;
};

static void attribute_body(struct bp_proto *proto, const void *context)
{
    const struct attribute *attribute = context;

    bp_proto_text(proto, 1, attribute->name);
    if (attribute->kind == REAL)
        bp_proto_float(proto, REAL_FIELD, (float)attribute->value);
    else
        bp_proto_whole(proto, attribute->kind == LIST ? LIST_FIELD : WHOLE_FIELD,
                       (uint64_t)(int64_t)attribute->value);
    bp_proto_whole(proto, 20, (uint64_t)attribute->kind);
}

static void node_body(struct bp_proto *proto, const void *context)
{
    const struct node *node = context;

    for (int i = 0; i < MOST_INPUTS && node->inputs[i] != NULL; i++)
        bp_proto_text(proto, 1, node->inputs[i]);
    bp_proto_text(proto, 2, node->output);
    bp_proto_text(proto, 3, node->output); /* its name; unique as well */
    bp_proto_text(proto, 4, node->op);
    if (node->attribute.name != NULL)
        bp_proto_message(proto, 5, attribute_body, &node->attribute);
    if (node->other.name != NULL)
        bp_proto_message(proto, 5, attribute_body, &node->other);
}

/* The graph while its nodes are written: the name of the last value, and the next. */
struct graph {
    struct bp_proto *proto;
    struct bp_key last;
    size_t count;
};

static struct bp_key value_name(size_t index)
{
    struct bp_key key;

    (void)bp_key(&key, "v", index, NULL);
    return key;
}

/* One node; its output becomes the last value. */
static void add(struct graph *graph, struct node node)
{
    const struct bp_key output = value_name(graph->count++);

    node.output = output.text;
    bp_proto_message(graph->proto, 1, node_body, &node);
    graph->last = output;
}

/* A node of the last value and perhaps another one. */
static void add_simple(struct graph *graph, const char *op, const char *other)
{
    const struct bp_key last = graph->last;

    add(graph, (struct node){.op = op, .inputs = {last.text, other}});
}

static void add_alpha(struct graph *graph, const char *op, double alpha)
{
    const struct bp_key last = graph->last;

    add(graph, (struct node){
                   .op = op, .inputs = {last.text}, .attribute = {"alpha", REAL, alpha}});
}

/* ---- constants of the formulas ---- */

static const struct constant {
    const char *name;
    float value;
    int32_t users[2]; /* Activations. */
} constants[] = {
    {"half", 0.5f, {BP_ACTIVATION_GELU, BP_ACTIVATION_GELU_TANH}},
    {"one", 1.0f, {BP_ACTIVATION_GELU, BP_ACTIVATION_GELU_TANH}},
    {"sqrt_half", 0.707106781186547524f, {BP_ACTIVATION_GELU, BP_ACTIVATION_GELU}},
    {"sqrt_2_pi", 0.797884560802865356f, {BP_ACTIVATION_GELU_TANH, -1}},
    {"cube_part", 0.044715f, {BP_ACTIVATION_GELU_TANH, -1}},
};

enum { CONSTANTS = sizeof constants / sizeof constants[0] };

static void constant_body(struct bp_proto *proto, const void *context)
{
    const struct constant *constant = context;

    bp_proto_whole(proto, 2, FLOAT);
    bp_proto_float(proto, 4, constant->value);
    bp_proto_text(proto, 8, constant->name);
}

/* ---- activations ---- */

static void add_gelu(struct graph *graph)
{
    const struct bp_key z = graph->last;

    add_simple(graph, "Mul", "sqrt_half");
    add_simple(graph, "Erf", NULL);
    add_simple(graph, "Add", "one");
    add_simple(graph, "Mul", z.text);
    add_simple(graph, "Mul", "half");
}

static void add_gelu_tanh(struct graph *graph)
{
    const struct bp_key z = graph->last;

    add_simple(graph, "Mul", z.text);
    add_simple(graph, "Mul", z.text);
    add_simple(graph, "Mul", "cube_part");
    add_simple(graph, "Add", z.text);
    add_simple(graph, "Mul", "sqrt_2_pi");
    add_simple(graph, "Tanh", NULL);
    add_simple(graph, "Add", "one");
    add_simple(graph, "Mul", z.text);
    add_simple(graph, "Mul", "half");
}

static void add_silu(struct graph *graph)
{
    const struct bp_key z = graph->last;

    add_simple(graph, "Sigmoid", NULL);
    add_simple(graph, "Mul", z.text);
}

static void add_row_op(struct graph *graph, const char *op)
{
    const struct bp_key last = graph->last;

    add(graph,
        (struct node){.op = op, .inputs = {last.text}, .attribute = {"axis", WHOLE, -1}});
}

static void add_hard_sigmoid(struct graph *graph)
{
    const struct bp_key last = graph->last;

    add(graph, (struct node){.op = "HardSigmoid",
                             .inputs = {last.text},
                             .attribute = {"alpha", REAL, 1.0 / 6.0},
                             .other = {"beta", REAL, 0.5}});
}

static void add_activation(struct graph *graph, const struct bp_layer_spec *spec)
{
    static const char *const simple[] = {
        [BP_ACTIVATION_SIGMOID] = "Sigmoid",   [BP_ACTIVATION_TANH] = "Tanh",
        [BP_ACTIVATION_RELU] = "Relu",         [BP_ACTIVATION_SELU] = "Selu",
        [BP_ACTIVATION_SOFTPLUS] = "Softplus", [BP_ACTIVATION_SOFTSIGN] = "Softsign",
    };
    const double slope = bp_layer_setting(spec, BP_LAYER_SLOPE);

    switch (spec->activation) {
    case BP_ACTIVATION_LINEAR: break;
    case BP_ACTIVATION_LEAKY_RELU: add_alpha(graph, "LeakyRelu", slope); break;
    case BP_ACTIVATION_ELU: add_alpha(graph, "Elu", slope); break;
    case BP_ACTIVATION_GELU: add_gelu(graph); break;
    case BP_ACTIVATION_GELU_TANH: add_gelu_tanh(graph); break;
    case BP_ACTIVATION_SILU: add_silu(graph); break;
    case BP_ACTIVATION_HARD_SIGMOID: add_hard_sigmoid(graph); break;
    case BP_ACTIVATION_SOFTMAX: add_row_op(graph, "Softmax"); break;
    case BP_ACTIVATION_LOG_SOFTMAX: add_row_op(graph, "LogSoftmax"); break;
    default: add_simple(graph, simple[spec->activation], NULL); break;
    }
}

/* ---- layers ---- */

static void add_dense(struct graph *graph, const struct bp_node *layer, size_t index)
{
    const struct bp_key last = graph->last;
    struct bp_key weight, bias;

    (void)bp_key(&weight, "layers", index, "weight");
    (void)bp_key(&bias, "layers", index, "bias");
    add(graph, (struct node){.op = "Gemm",
                             .inputs = {last.text, weight.text,
                                        layer->bias.rows > 0 ? bias.text : NULL},
                             .attribute = {"transB", WHOLE, 1}});
}

/* The name of a tensor of a layer. */
static const char *name_of(struct bp_key *key, size_t layer, const char *name)
{
    return bp_key(key, "layers", layer, name);
}

static void add_affine(struct graph *graph, const struct bp_node *layer, size_t index)
{
    struct bp_key name;

    if (layer->weight.rows == 0)
        return;
    add_simple(graph, "Mul", name_of(&name, index, "weight"));
    add_simple(graph, "Add", name_of(&name, index, "bias"));
}

static void add_mean(struct graph *graph)
{
    const struct bp_key last = graph->last;

    add(graph, (struct node){.op = "ReduceMean",
                             .inputs = {last.text},
                             .attribute = {"axes", LIST, -1},
                             .other = {"keepdims", WHOLE, 1}});
}

/* What lies behind `what` becomes `what` / sqrt(the last value + epsilon). */
static void add_root(struct graph *graph, const char *what, size_t index)
{
    struct bp_key name, root;

    add_simple(graph, "Add", name_of(&name, index, "epsilon"));
    add_simple(graph, "Sqrt", NULL);
    root = graph->last;
    add(graph, (struct node){.op = "Div", .inputs = {what, root.text}});
}

static void add_layer_norm(struct graph *graph, const struct bp_node *layer, size_t index)
{
    const struct bp_key x = graph->last;
    struct bp_key mean, d;

    add_mean(graph);
    mean = graph->last;
    add(graph, (struct node){.op = "Sub", .inputs = {x.text, mean.text}});
    d = graph->last;
    add_simple(graph, "Mul", d.text);
    add_mean(graph);
    add_root(graph, d.text, index);
    add_affine(graph, layer, index);
}

static void add_batch_norm(struct graph *graph, const struct bp_node *layer, size_t index)
{
    const double epsilon = bp_layer_setting(&layer->spec, BP_LAYER_EPSILON);
    const struct bp_key x = graph->last;
    struct bp_key weight, bias, mean, variance, d;

    (void)name_of(&mean, index, "running_mean");
    (void)name_of(&variance, index, "running_var");
    if (layer->weight.rows > 0) {
        add(graph, (struct node){.op = "BatchNormalization",
                                 .inputs = {x.text, name_of(&weight, index, "weight"),
                                            name_of(&bias, index, "bias"), mean.text,
                                            variance.text},
                                 .attribute = {"epsilon", REAL, epsilon}});
        return;
    }
    add_simple(graph, "Sub", mean.text);
    d = graph->last;
    graph->last = variance;
    add_root(graph, d.text, index);
}

static void add_layer(struct graph *graph, const struct bp_node *layer, size_t index)
{
    switch (layer->spec.kind) {
    case BP_LAYER_KIND_DENSE: add_dense(graph, layer, index); break;
    case BP_LAYER_KIND_LAYER_NORM: add_layer_norm(graph, layer, index); break;
    case BP_LAYER_KIND_BATCH_NORM: add_batch_norm(graph, layer, index); break;
    default: break;
    }
    add_activation(graph, &layer->spec);
}

static void add_cast(struct graph *graph, int type)
{
    const struct bp_key last = graph->last;

    add(graph, (struct node){.op = "Cast",
                             .inputs = {last.text},
                             .attribute = {"to", WHOLE, type}});
}

static void add_nodes(struct bp_proto *proto, const struct exporting *e)
{
    struct graph graph = {.proto = proto, .last = {"input"}};
    struct node output = {.op = "Identity", .output = "output"};

    if (e->options.scaler != NULL) {
        add_cast(&graph, DOUBLE);
        add_simple(&graph, "Sub", "scaler.offset");
        add_simple(&graph, "Mul", "scaler.scale");
        add_cast(&graph, FLOAT);
    }
    for (size_t i = 0; i < e->network->count; i++)
        add_layer(&graph, &e->network->nodes[i], i);
    output.inputs[0] = graph.last.text;
    bp_proto_message(proto, 1, node_body, &output);
}

/* ---- tensors ---- */

/* A tensor, and who writes it. */
struct initializer {
    const struct exporting *e;
    const struct bp_stored *stored;
};

/* Doubles on their way to a sink of floats. */
struct narrowing {
    struct bp_proto *proto;
    struct bp_text *text;
    const char *name;
};

static bp_status to_proto(void *user, const void *bytes, size_t size)
{
    struct bp_proto *proto = user;

    return proto->sink(proto->user, bytes, size);
}

/* Bytes come with the least significant first, as they go. */
static float narrow(const unsigned char *bytes)
{
    uint64_t bits = 0;
    double value;

    for (int i = 8; i > 0; i--)
        bits = bits << 8 | bytes[i - 1];
    memcpy(&value, &bits, sizeof value);
    return (float)value;
}

static void put_float(unsigned char *to, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(bits >> 8 * i);
}

static bp_status to_floats(void *user, const void *bytes, size_t size)
{
    const struct narrowing *n = user;
    const unsigned char *from = bytes;
    unsigned char piece[1024];
    bp_status status = BP_OK;

    for (size_t i = 0, used = 0; status == BP_OK && i < size; i += sizeof(double)) {
        const float value = narrow(from + i);

        if (!isfinite(value))
            return bp_fail(n->text, BP_EDATA, "%s holds a number beyond float", n->name);
        put_float(piece + used, value);
        used += sizeof(float);
        if (used == sizeof piece || i + sizeof(double) == size) {
            status = n->proto->sink(n->proto->user, piece, used);
            used = 0;
        }
    }
    return status;
}

/* Parameters in float; a scaler stays in double. */
static bool is_narrowed(const struct bp_stored *stored)
{
    return stored->dtype == BP_DTYPE_F64 && strncmp(stored->name.text, "scaler", 6) != 0;
}

static void send_elements(struct bp_proto *proto, const struct initializer *initializer)
{
    const struct exporting *e = initializer->e;
    const struct bp_stored *stored = initializer->stored;
    struct narrowing narrowing = {proto, e->text, stored->name.text};

    if (is_narrowed(stored))
        proto->status = bp_move_out(e->mover, stored, to_floats, &narrowing, e->text);
    else
        proto->status = bp_move_out(e->mover, stored, to_proto, proto, e->text);
}

static void tensor_body(struct bp_proto *proto, const void *context)
{
    const struct initializer *initializer = context;
    const struct bp_stored *stored = initializer->stored;
    const struct bp_st_tensor tensor = bp_stored_tensor(stored);
    const bool wide = stored->dtype == BP_DTYPE_F64 && !is_narrowed(stored);

    for (size_t i = 0; i < tensor.rank; i++)
        bp_proto_whole(proto, 1, tensor.shape[i]);
    bp_proto_whole(proto, 2, wide ? DOUBLE : FLOAT);
    bp_proto_text(proto, 8, stored->name.text);
    if (bp_proto_head(proto, 9, (uint64_t)tensor.count * (wide ? 8 : 4)))
        send_elements(proto, initializer);
}

static bool is_used(const struct constant *constant, const struct bp_network *network)
{
    for (size_t i = 0; i < network->count; i++)
        if (network->nodes[i].spec.activation == constant->users[0] ||
            network->nodes[i].spec.activation == constant->users[1])
            return true;
    return false;
}

/* Norms that are put together add it themselves. */
static void add_epsilon(struct bp_proto *proto, const struct bp_node *layer, size_t index)
{
    const double epsilon = bp_layer_setting(&layer->spec, BP_LAYER_EPSILON);
    struct constant constant = {.value = (float)epsilon};
    struct bp_key name;

    if (!bp_layer_normalises(layer->spec.kind) ||
        (layer->spec.kind == BP_LAYER_KIND_BATCH_NORM && layer->weight.rows > 0))
        return;
    constant.name = name_of(&name, index, "epsilon");
    bp_proto_message(proto, 5, constant_body, &constant);
}

static void add_initializers(struct bp_proto *proto, const struct exporting *e)
{
    struct bp_walk walk = {e->network, e->options.scaler, 0};
    struct bp_stored stored;

    while (bp_walk_next(&walk, &stored)) {
        const struct initializer initializer = {e, &stored};

        bp_proto_message(proto, 5, tensor_body, &initializer);
    }
    for (int i = 0; i < CONSTANTS; i++)
        if (is_used(&constants[i], e->network))
            bp_proto_message(proto, 5, constant_body, &constants[i]);
    for (size_t i = 0; i < e->network->count; i++)
        add_epsilon(proto, &e->network->nodes[i], i);
}

/* ---- inputs and outputs ---- */

struct value_info {
    const char *name;
    size_t width;
};

static void any_rows_body(struct bp_proto *proto, const void *context)
{
    (void)context;
    bp_proto_text(proto, 2, "rows");
}

static void width_body(struct bp_proto *proto, const void *context)
{
    bp_proto_whole(proto, 1, ((const struct value_info *)context)->width);
}

static void shape_body(struct bp_proto *proto, const void *context)
{
    bp_proto_message(proto, 1, any_rows_body, NULL);
    bp_proto_message(proto, 1, width_body, context);
}

static void tensor_type_body(struct bp_proto *proto, const void *context)
{
    bp_proto_whole(proto, 1, FLOAT);
    bp_proto_message(proto, 2, shape_body, context);
}

static void type_body(struct bp_proto *proto, const void *context)
{
    bp_proto_message(proto, 1, tensor_type_body, context);
}

static void value_body(struct bp_proto *proto, const void *context)
{
    bp_proto_text(proto, 1, ((const struct value_info *)context)->name);
    bp_proto_message(proto, 2, type_body, context);
}

static void graph_body(struct bp_proto *proto, const void *context)
{
    const struct exporting *e = context;
    const struct value_info input = {"input", e->network->inputs};
    const struct value_info output = {"output", bp_network_width(e->network)};

    add_nodes(proto, e);
    bp_proto_text(proto, 2, "backprop");
    add_initializers(proto, e);
    bp_proto_message(proto, 11, value_body, &input);
    bp_proto_message(proto, 12, value_body, &output);
}

/* ---- the model ---- */

static void opset_body(struct bp_proto *proto, const void *context)
{
    (void)context;
    bp_proto_text(proto, 1, "");
    bp_proto_whole(proto, 2, OPSET);
}

struct pair {
    const char *key, *value;
};

static void pair_body(struct bp_proto *proto, const void *context)
{
    const struct pair *pair = context;

    bp_proto_text(proto, 1, pair->key);
    bp_proto_text(proto, 2, pair->value);
}

static void add_names(struct bp_proto *proto, const char *prefix,
                      const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct bp_key key;
        const struct pair pair = {bp_key(&key, prefix, i, NULL), names[i]};

        bp_proto_message(proto, 14, pair_body, &pair);
    }
}

static void model_body(struct bp_proto *proto, const struct exporting *e)
{
    const bool wide = e->network->engine->element_size == sizeof(double);

    bp_proto_whole(proto, 1, IR_VERSION);
    bp_proto_text(proto, 2, "backprop");
    bp_proto_text(proto, 3, bp_version_text());
    if (wide)
        bp_proto_text(proto, 6,
                      "The network is in double; its parameters were rounded to "
                      "float.");
    bp_proto_message(proto, 7, graph_body, e);
    bp_proto_message(proto, 8, opset_body, NULL);
    add_names(proto, "classes", e->options.class_names, e->options.class_count);
    add_names(proto, "input_names", e->options.input_names, e->options.input_count);
}

static bp_status produce(void *context, bp_sink_fn sink, void *user)
{
    struct bp_proto proto = {.sink = sink, .user = user};

    model_body(&proto, context);
    return proto.status;
}

static bp_status check_size(const struct exporting *e)
{
    struct bp_proto measure = {.sink = NULL};

    model_body(&measure, e);
    if (measure.size < SIZE_LIMIT)
        return BP_OK;
    return bp_fail(e->text, BP_ELIMIT,
                   "the file would have %llu bytes, expected below 2^31 in ONNX",
                   (unsigned long long)measure.size);
}

static bp_status check_layers(const struct exporting *e)
{
    for (size_t i = 0; i < e->network->count; i++) {
        const struct bp_layer_spec *spec = &e->network->nodes[i].spec;

        if (spec->kind == BP_LAYER_KIND_CUSTOM)
            return bp_fail(e->text, BP_EUNSUPPORTED,
                           "layer %zu is of the caller's own kind, which cannot be "
                           "exported",
                           i);
        if (bp_activation_traits(spec->activation) == NULL)
            return bp_fail(
                e->text, BP_EUNSUPPORTED,
                "layer %zu has an activation of the caller's own, which cannot "
                "be exported",
                i);
    }
    return BP_OK;
}

static bp_status check_names(const struct exporting *e)
{
    const bp_save_options *o = &e->options;

    for (size_t i = 0; i < o->class_count + o->input_count; i++) {
        const char *name =
            i < o->class_count ? o->class_names[i] : o->input_names[i - o->class_count];

        if (name == NULL || !bp_utf8_ok(name))
            return bp_fail(e->text, name == NULL ? BP_EINVAL : BP_EDATA,
                           "options: a name is %s", name == NULL ? "NULL" : "not UTF-8");
    }
    return BP_OK;
}

static bp_status begin(struct exporting *e, struct bp_network *network,
                       const bp_save_options *options)
{
    bp_status status;

    *e = (struct exporting){.network = network, .text = &network->text};
    status = bp_save_check(network, options, &e->options);
    if (status == BP_OK)
        status = check_layers(e);
    if (status == BP_OK)
        status = check_names(e);
    if (status == BP_OK)
        status = check_size(e);
    if (status != BP_OK)
        return status;
    e->mover = bp_host_allocate(&network->host, sizeof *e->mover);
    return e->mover != NULL
               ? BP_OK
               : bp_fail(e->text, BP_ENOMEM, "out of memory to export the network");
}

bp_status bp_network_export_onnx(bp_network *network, const char *path,
                                 const bp_save_options *options)
{
    struct exporting e;
    const struct bp_output output = {produce, &e};
    bp_status status;

    if (network == NULL)
        return BP_EINVAL;
    if (path == NULL)
        return bp_fail_null(&network->text, "path");
    status = begin(&e, network, options);
    if (status == BP_OK)
        status = bp_output_file(&output, &network->host, path, e.text);
    bp_host_release(&network->host, e.mover, sizeof *e.mover);
    return status;
}

bp_status bp_network_export_onnx_memory(bp_network *network,
                                        const bp_save_options *options, void *bytes,
                                        size_t capacity, size_t *size)
{
    struct exporting e;
    const struct bp_output output = {produce, &e};
    bp_status status;

    if (network == NULL)
        return BP_EINVAL;
    if (size == NULL || (bytes == NULL && capacity > 0))
        return bp_fail_null(&network->text, size == NULL ? "size" : "bytes");
    status = begin(&e, network, options);
    if (status == BP_OK)
        status = bp_output_memory(&output, bytes, capacity, size, e.text);
    bp_host_release(&network->host, e.mover, sizeof *e.mover);
    return status;
}
