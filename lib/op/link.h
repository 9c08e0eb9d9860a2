/* SPDX-License-Identifier: MIT */
/*
 * Dense layers of a small network as kernels see them, for a single example. A template:
 * dense.h is included before it.
 */

static void link_of(const struct bp_op_run *run, void *link)
{
    const struct bp_node *node = run->node;
    struct bp_op_run row = *run;

    row.rows = 1;
    *(struct BP_REAL(link) *)link = (struct BP_REAL(link)){
        .inputs = node->inputs,
        .outputs = node->outputs,
        .stride = node->weight.col_stride,
        .x = run->input,
        .w = weights_of(run),
        .b = biases_of(run),
        .z = run->z,
        .activation = activation_work(&row),
        .x_grad = run->input_grad,
        .w_grad = node->weight.offset,
        .b_grad = node->bias.offset,
    };
}

static bool links_forward(const void *kernels, const void *links, size_t count,
                          const void *x)
{
    return ((const struct BP_REAL(kernels) *)kernels)->links_forward(links, count, x);
}

static void links_backward(const void *kernels, const void *links, size_t count,
                           bool fused)
{
    ((const struct BP_REAL(kernels) *)kernels)->links_backward(links, count, fused);
}

static bool links_gradient(const void *kernels, const void *links, size_t count,
                           const void *x, void *grads)
{
    const struct BP_REAL(kernels) *const all = kernels;

    return all->links_gradient(links, count, x, grads);
}
