/* SPDX-License-Identifier: MIT */
/* A single example through a small network: the bits of the kernels for any batch. */
#ifndef KERNEL_CHECK_LINKS_H
#define KERNEL_CHECK_LINKS_H

#include "check.h"

/* Two layers, so wide. */
static const size_t link_widths[][3] = {{1, 1, 1},   {4, 8, 3},    {2, 16, 17},
                                        {17, 9, 33}, {64, 64, 64}, {7, 40, 10},
                                        {3, 25, 1}};

enum { LINK_SHAPES = sizeof link_widths / sizeof link_widths[0] };

/* One layer's arrays; x and x_grad are those of the layer before. Gradients of all layers
 * lie in one. */
struct link_case {
    size_t inputs, outputs, stride;
    struct array w, b, z, a, g;
    size_t w_grad, b_grad;
};

/* What lies before a layer, and the gradients of both. */
struct link_ends {
    const real *x;
    real *x_grad; /* or NULL */
    real *grads;
};

static struct array row_of_random(size_t rows, size_t cols)
{
    struct array array = array_of(rows * bp_padded(cols));

    fill(array.at, rows, cols, bp_padded(cols), random_real, 0);
    return array;
}

static size_t link_gradients(size_t inputs, size_t outputs)
{
    return (inputs + 1) * bp_padded(outputs);
}

/* Its gradients lie from `first` on. */
static struct link_case link_case_of(size_t inputs, size_t outputs, size_t first)
{
    return (struct link_case){
        .inputs = inputs,
        .outputs = outputs,
        .stride = bp_padded(outputs),
        .w = row_of_random(inputs, outputs),
        .b = row_of_random(1, outputs),
        .z = row_of_random(1, outputs),
        .a = row_of_random(1, outputs),
        .g = row_of_random(1, outputs),
        .w_grad = first,
        .b_grad = first + inputs * bp_padded(outputs),
    };
}

static void link_case_free(struct link_case *x)
{
    array_free(&x->w);
    array_free(&x->b);
    array_free(&x->z);
    array_free(&x->a);
    array_free(&x->g);
}

static struct BP_REAL(activation) link_activation(const struct link_case *x, int32_t kind)
{
    return (struct BP_REAL(activation)){
        .kind = kind,
        .slope = REAL_C(0.5),
        .rows = 1,
        .cols = x->outputs,
        .stride = x->stride,
        .z = x->z.at,
        .a = x->a.at,
        .g = x->g.at,
    };
}

/* z and a, by the kernels for any batch. */
static void layer_forward(table *k, const struct link_case *l, const real *x,
                          int32_t kind)
{
    const struct BP_REAL(activation) activation = link_activation(l, kind);
    const struct BP_REAL(product) work = {
        .rows = 1,
        .cols = l->outputs,
        .depth = l->inputs,
        .a = x,
        .a_row = bp_padded(l->inputs),
        .a_depth = 1,
        .b = l->w.at,
        .b_depth = l->stride,
        .b_col = 1,
        .init = l->b.at,
        .c = l->z.at,
        .c_stride = l->stride,
    };

    k->product(NULL, &work);
    k->activate(NULL, &activation);
}

/* dC/da to dC/dz, to dC/dx where it is wanted, and to the gradients. */
static void layer_backward(table *k, const struct link_case *l,
                           const struct link_ends *ends, int32_t kind)
{
    const struct BP_REAL(activation) activation = link_activation(l, kind);
    struct BP_REAL(product) back = {
        .rows = 1,
        .cols = l->inputs,
        .depth = l->outputs,
        .a = l->g.at,
        .a_row = l->stride,
        .a_depth = 1,
        .b = l->w.at,
        .b_depth = 1,
        .b_col = l->stride,
        .c = ends->x_grad,
        .c_stride = bp_padded(l->inputs),
    };
    const struct BP_REAL(product) gradient = {
        .rows = l->inputs,
        .cols = l->outputs,
        .depth = 1,
        .a = ends->x,
        .a_row = 1,
        .a_depth = bp_padded(l->inputs),
        .b = l->g.at,
        .b_depth = l->stride,
        .b_col = 1,
        .c = ends->grads + l->w_grad,
        .c_stride = l->stride,
    };

    k->derive(NULL, &activation);
    if (ends->x_grad != NULL)
        k->product(NULL, &back);
    k->product(NULL, &gradient);
    k->sum_rows(l->g.at, 1, l->outputs, l->stride, ends->grads + l->b_grad);
}

static void keep_link(const struct array *array, real *to, size_t *at)
{
    memcpy(to + *at, array->at, array->count * sizeof(real));
    *at += array->count;
}

/* All that two layers leave behind, but padding of activations. */
static size_t keep_links(struct link_case l[2], const struct array *grads, real *to)
{
    size_t at = 0, i;

    for (i = 0; i < 2; i++) {
        keep_link(&l[i].z, to, &at);
        memcpy(to + at, l[i].a.at, l[i].outputs * sizeof(real));
        at += l[i].outputs;
        keep_link(&l[i].g, to, &at);
    }
    keep_link(grads, to, &at);
    return at;
}

static struct BP_REAL(link)
    link_to(const struct link_case *l, const struct link_ends *ends, int32_t kind)
{
    return (struct BP_REAL(link)){
        .inputs = l->inputs,
        .outputs = l->outputs,
        .stride = l->stride,
        .x = ends->x,
        .w = l->w.at,
        .b = l->b.at,
        .z = l->z.at,
        .activation = link_activation(l, kind),
        .x_grad = ends->x_grad,
        .w_grad = l->w_grad,
        .b_grad = l->b_grad,
    };
}

/* Layers as links and layers as such have the same bits. */
static void check_links(table *k, struct link_case l[2], const struct link_ends ends[2],
                        const struct array *grads, int32_t kind)
{
    enum { MOST = 2 * (64 * 64 + 5 * 64) };
    static real expected[MOST], actual[MOST];
    const struct BP_REAL(link)
        links[2] = {link_to(&l[0], &ends[0], kind), link_to(&l[1], &ends[1], kind)};
    real dcda[64];
    size_t count;

    memcpy(dcda, l[1].g.at, l[1].outputs * sizeof(real));
    layer_forward(k, &l[0], ends[0].x, kind);
    layer_forward(k, &l[1], ends[1].x, kind);
    layer_backward(k, &l[1], &ends[1], kind);
    layer_backward(k, &l[0], &ends[0], kind);
    count = keep_links(l, grads, expected);

    fill(l[0].z.at, 1, l[0].stride, l[0].stride, random_real, 0);
    fill(l[1].z.at, 1, l[1].stride, l[1].stride, random_real, 0);
    fill(grads->at, 1, grads->count, grads->count, random_real, 0);
    memcpy(l[1].g.at, dcda, l[1].outputs * sizeof(real));
    assert_true(k->links_forward(links, 2, ends[0].x));
    k->links_backward(links, 2, false);
    assert_true(k->links_gradient(links, 2, ends[0].x, grads->at));
    assert_int_equal(keep_links(l, grads, actual), count);
    assert_same(actual, expected, count, "links", k->isa);
}

static void check_link_widths(const size_t widths[3])
{
    const size_t first = link_gradients(widths[0], widths[1]);
    struct array x = row_of_random(1, widths[0]);
    struct array grads = array_of(first + link_gradients(widths[1], widths[2]));
    struct link_case l[2] = {link_case_of(widths[0], widths[1], 0),
                             link_case_of(widths[1], widths[2], first)};
    const struct link_ends ends[2] = {{x.at, NULL, grads.at},
                                      {l[0].a.at, l[0].g.at, grads.at}};
    size_t count, t;
    table *const *const tables = all_tables(&count);
    int32_t kind;

    for (t = 0; t < count; t++)
        for (kind = BP_ACTIVATION_LINEAR; kind <= BP_ACTIVATION_LOG_SOFTMAX; kind++)
            check_links(tables[t], l, ends, &grads, kind);
    array_free(&x);
    array_free(&grads);
    link_case_free(&l[0]);
    link_case_free(&l[1]);
}

static void links_have_the_bits_of_layers(void **state)
{
    size_t s;

    (void)state;
    for (s = 0; s < LINK_SHAPES; s++)
        check_link_widths(link_widths[s]);
}

/* A layer whose dC/dz is there already, with one number that is not finite, or as large
 * as can be. */
static void check_odd_link(table *k, const struct BP_REAL(link) * link, real *grads)
{
    const real odd[] = {REAL_INFINITY, -REAL_INFINITY, REAL_NAN, REAL_LARGEST};
    real *const g = link->activation.g;
    size_t i, j;

    for (j = 0; j < link->outputs; j++)
        for (i = 0; i < sizeof odd / sizeof odd[0]; i++) {
            const real before = g[j];

            g[j] = odd[i];
            k->links_backward(link, 1, true);
            assert_true(same(g[j], odd[i]));
            assert_int_equal(k->links_gradient(link, 1, link->x, grads),
                             isfinite(odd[i]));
            g[j] = before;
        }
}

static void links_tell_what_is_not_finite(void **state)
{
    struct array x = row_of_random(1, 5);
    struct array grads = array_of(link_gradients(5, 19));
    struct link_case l = link_case_of(5, 19, 0);
    const struct link_ends ends = {x.at, NULL, grads.at};
    struct BP_REAL(link) link = link_to(&l, &ends, BP_ACTIVATION_SIGMOID);
    size_t count, t;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++) {
        link.b = l.b.at;
        check_odd_link(tables[t], &link, grads.at);
        link.b = NULL;
        check_odd_link(tables[t], &link, grads.at);
    }
    array_free(&x);
    array_free(&grads);
    link_case_free(&l);
}

#endif
