/* SPDX-License-Identifier: MIT */
/*
 * A layer of the caller's own: its callbacks get the arrays of the batch as they lie.
 * A template: activation.h is included before it.
 */

static bp_run layer_callback_run(const struct bp_op_run *run)
{
    const struct bp_place *weight = &run->node->weight;
    bp_run record = callback_run(run);

    record.input = run->input;
    record.parameters = (real *)run->params + weight->offset;
    record.parameter_count = weight->rows * weight->cols;
    record.user = run->node->spec.layer_ops.user;
    return record;
}

static int32_t custom_forward(const struct bp_op_run *run)
{
    const bp_layer_ops *ops = &run->node->spec.layer_ops;
    const bp_run_fn call = BP_PRECISION == 32 ? ops->forward : ops->forward_f64;
    const bp_run record = layer_callback_run(run);

    return call(&record);
}

static int32_t custom_backward(const struct bp_op_run *run)
{
    const struct bp_node *node = run->node;
    const bp_layer_ops *ops = &node->spec.layer_ops;
    const bp_run_fn call = BP_PRECISION == 32 ? ops->backward : ops->backward_f64;
    bp_run record = layer_callback_run(run);
    int32_t answer;

    record.output_grad = run->output_grad;
    record.input_grad = run->input_grad;
    record.parameter_grads = (real *)run->grads + node->weight.offset;
    answer = call(&record);
    if (run->input_grad != NULL)
        clear_padding(run->input_grad, run->rows, node->inputs, node->input_stride);
    return answer;
}

/* Kinks of callbacks are not known. */
static const struct bp_op custom_op = {
    .forward = custom_forward,
    .backward = custom_backward,
};
