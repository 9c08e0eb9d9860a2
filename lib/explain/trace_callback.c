/* SPDX-License-Identifier: MIT */
#include "explain/trace_callback.h"

bool bp_callback_node(const struct bp_node *node)
{
    return node->spec.kind == BP_LAYER_KIND_CUSTOM ||
           node->spec.activation == BP_ACTIVATION_CUSTOM;
}

/** The callbacks of an operation in both precisions. */
struct forms {
    bp_run_fn forward, backward, forward_f64, backward_f64;
};

static struct forms forms_of(const struct bp_node *node)
{
    const bp_layer_ops *layer = &node->spec.layer_ops;
    const bp_activation_ops *own = &node->spec.activation_ops;

    if (node->spec.kind == BP_LAYER_KIND_CUSTOM)
        return (struct forms){layer->forward, layer->backward, layer->forward_f64,
                              layer->backward_f64};
    return (struct forms){own->forward, own->backward, own->forward_f64,
                          own->backward_f64};
}

static struct forms cost_forms_of(const struct bp_cost_spec *cost)
{
    return (struct forms){cost->ops.value, cost->ops.gradient, cost->ops.value_f64,
                          cost->ops.gradient_f64};
}

static bool choose(const struct forms *forms, bool *in_float)
{
    *in_float = forms->forward_f64 == NULL || forms->backward_f64 == NULL;
    return !*in_float || (forms->forward != NULL && forms->backward != NULL);
}

bool bp_callback_forms(const struct bp_node *node, bool *in_float)
{
    const struct forms forms = forms_of(node);

    return choose(&forms, in_float);
}

bool bp_callback_cost_forms(const struct bp_cost_spec *cost, bool *in_float)
{
    const struct forms forms = cost_forms_of(cost);

    return choose(&forms, in_float);
}

/* Inputs, outputs and parameters, each with its gradient; a cost's targets are as wide as
 * its inputs. */
void bp_callback_plan(const struct bp_node *node, struct bp_plan *plan)
{
    (void)bp_plan_matrix(plan, 3, node->inputs);
    (void)bp_plan_matrix(plan, 3, node->outputs);
    (void)bp_plan_matrix(plan, 2, node->weight.cols);
}

/* ---- doubles as floats, and back ---- */

static void *lend(float **next, const void *doubles, size_t count)
{
    float *floats = *next;

    if (doubles == NULL)
        return NULL;
    bp_engine_f32.load_f64(floats, 1, doubles, count);
    *next += bp_padded(count);
    return floats;
}

static void take_back(const void *floats, void *doubles, size_t count)
{
    if (doubles != NULL)
        bp_engine_f32.store_f64(floats, 1, doubles, count);
}

static int32_t ask_in_float(struct bp_record *record, bp_run_fn call, const bp_run *given)
{
    float *next = record->floats.base;
    bp_run run = *given;
    int32_t answer;

    run.precision = BP_PRECISION_F32;
    run.input = lend(&next, given->input, run.inputs);
    run.output = lend(&next, given->output, run.outputs);
    run.output_grad = lend(&next, given->output_grad, run.outputs);
    run.input_grad = lend(&next, given->input_grad, run.inputs);
    run.targets = lend(&next, given->targets, run.inputs);
    run.parameters = lend(&next, given->parameters, run.parameter_count);
    run.parameter_grads = lend(&next, given->parameter_grads, run.parameter_count);
    answer = call(&run);
    take_back(run.output, given->output, run.outputs);
    take_back(run.input_grad, given->input_grad, run.inputs);
    take_back(run.parameter_grads, given->parameter_grads, run.parameter_count);
    return answer;
}

/* ---- activations and layers ---- */

static bp_run run_of(const struct bp_record *record, size_t layer, double *row)
{
    const struct bp_node *node = &record->network->nodes[layer];
    const struct bp_trace_slot *slot = &record->slots[layer];
    const bool is_layer = node->spec.kind == BP_LAYER_KIND_CUSTOM;
    bp_run run = {
        .struct_size = sizeof run,
        .mode = BP_MODE_TRAIN,
        .precision = BP_PRECISION_F64,
        .rows = 1,
        .inputs = slot->z_count,
        .outputs = slot->a_count,
        .input_stride = bp_padded(slot->z_count),
        .output_stride = bp_padded(slot->a_count),
        .input = row + slot->z,
        .output = row + slot->a,
        .seed = record->seed,
        .step = record->step,
        .element = layer,
        .user = is_layer ? node->spec.layer_ops.user : node->spec.activation_ops.user,
    };

    if (is_layer && node->weight.rows > 0) {
        run.parameters = (double *)record->network->params.base + node->weight.offset;
        run.parameter_count = node->weight.cols;
    }
    return run;
}

int32_t bp_callback_forward(struct bp_record *record, size_t layer, double *row)
{
    const struct forms forms = forms_of(&record->network->nodes[layer]);
    const bp_run run = run_of(record, layer, row);

    return record->slots[layer].in_float ? ask_in_float(record, forms.forward, &run)
                                         : forms.forward_f64(&run);
}

int32_t bp_callback_backward(struct bp_record *record, size_t layer, double *row,
                             const struct bp_callback_grads *grads)
{
    const struct forms forms = forms_of(&record->network->nodes[layer]);
    bp_run run = run_of(record, layer, row);

    run.output_grad = grads->a;
    run.input_grad = grads->z;
    run.parameter_grads = run.parameters != NULL ? grads->params : NULL;
    return record->slots[layer].in_float ? ask_in_float(record, forms.backward, &run)
                                         : forms.backward_f64(&run);
}

/* ---- the cost ---- */

static bp_run cost_run_of(const struct bp_record *record, double *row)
{
    const struct bp_trace_slot *slot = &record->slots[record->network->count - 1];

    return (bp_run){
        .struct_size = sizeof(bp_run),
        .mode = BP_MODE_TRAIN,
        .precision = BP_PRECISION_F64,
        .rows = 1,
        .inputs = slot->a_count,
        .outputs = slot->a_count,
        .input_stride = bp_padded(slot->a_count),
        .output_stride = bp_padded(slot->a_count),
        .input = row + slot->a,
        .targets = record->has_targets ? row + record->targets : NULL,
        .seed = record->seed,
        .step = record->step,
        .user = record->cost.ops.user,
    };
}

int32_t bp_callback_cost(struct bp_record *record, double *row)
{
    const struct forms forms = cost_forms_of(&record->cost);
    const int32_t label = (int32_t)row[record->label];
    bp_run run = cost_run_of(record, row);

    run.labels = record->has_targets ? NULL : &label;
    run.cost = row + record->cost_value;
    *run.cost = 0;
    return record->cost_in_float ? ask_in_float(record, forms.forward, &run)
                                 : forms.forward_f64(&run);
}

int32_t bp_callback_cost_gradient(struct bp_record *record, double *row)
{
    const struct forms forms = cost_forms_of(&record->cost);
    const int32_t label = (int32_t)row[record->label];
    bp_run run = cost_run_of(record, row);

    run.labels = record->has_targets ? NULL : &label;
    run.input_grad = row + record->slots[record->network->count - 1].a_grad;
    return record->cost_in_float ? ask_in_float(record, forms.backward, &run)
                                 : forms.backward_f64(&run);
}
